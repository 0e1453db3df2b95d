"""Looks at a daemon over the ideal board after every point of the grid: what must hold whatever anybody does.

It knows the design and what went over the board's pins and the link; it asks no object of the daemon what is allowed.
"""

from appliance.control.talk import Request
from appliance.link.messages import Accepted, Renew
from appliance.proof.stories.bench import TickBench
from appliance.proof.stories.board import SCALES
from appliance.safety.hard_limits import SITES

ENERGISED = ("CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN")
RUNNING = ("RAMP_UP", "HOLD", "RAMP_DOWN")
CODE_MA = SCALES.ma_per_code
DITHER_MA = 4 * CODE_MA
LEASE_S = 2.0
FALL_MA_PER_S = 3.0
FASTEST_FALL_S = 0.3  # to zero, of what fades with the loop closed (area by level)
TRIM_MA_PER_S = 0.05
MOST_GAP_S = 0.1  # longer, and the board's own watchdog has cut


class Watch:
    """`step` in the place of the bench's."""

    def __init__(self, bench: TickBench, board_ma: float) -> None:
        self.bench = bench
        self.board_ma = board_ma
        self.lied = False  # a sensor or a clock has, in this session
        self.states: list[str] = []
        self._session: str | None = None
        self._charge_mc = self._treated_s = self._true_mc = self._unsure_s = 0.0
        self._before_ns = bench.clock.t_ns
        self._renewed_ns: int | None = None
        self._was_state = bench.state
        self._was_ma = 0.0
        self._ramp_began_ns = 0
        self._answers = 0
        self._kicks = bench.board.kicks
        self._poll = bench.clients.poll
        bench.clients.poll = self._listen  # type: ignore[method-assign]

    def _listen(self) -> list[Request]:
        requests = self._poll()
        if any(isinstance(request.command, Renew) for request in requests):
            self._renewed_ns = self.bench.daemon.sample.t_ns
        return requests

    # ------------------------------------------------------------ one point of the grid

    def step(self) -> None:
        bench = self.bench
        daemon, board = bench.daemon, bench.board
        in_force = bench.state
        flowing_ma = board.output_ma
        renewed_ns = self._renewed_ns
        bench.step()
        now_ns = daemon.sample.t_ns
        gap_s = (now_ns - self._before_ns) / 1e9
        self._before_ns = now_ns
        self._note_start(now_ns)
        state = bench.state
        if state != self._was_state:
            self.states.append(state)
            assert state != "RAMP_UP" or self._was_state == "CONTACT", f"RAMP_UP from {self._was_state}"
            self._ramp_began_ns = now_ns
        self._check_account(in_force, flowing_ma, max(0.0, min(gap_s, MOST_GAP_S)))
        self._check_output(state)
        self._check_ramp(state, max(0.0, gap_s), now_ns)
        self._check_chain(state)
        self._check_lease(state, now_ns, renewed_ns)
        self._was_state = state
        self._was_ma = self.set_ma
        self._kicks = board.kicks

    @property
    def set_ma(self) -> float:
        """What the set DAC puts out if the output is closed."""
        board = self.bench.board
        return SCALES.set_ma(board.set_code) if board.set_code and board.enabled else 0.0

    def _note_start(self, now_ns: int) -> None:
        answers = self.bench.clients.answers
        for answer in answers[self._answers :]:
            if isinstance(answer, Accepted) and answer.re == "start" and answer.id != self._session:
                self._session, self._renewed_ns = answer.id, now_ns
                self._charge_mc = self._treated_s = self._true_mc = self._unsure_s = 0.0
        self._answers = len(answers)

    # ------------------------------------------------------------ what must hold

    def _check_output(self, state: str) -> None:
        """Where nothing may flow nothing is put out; where something may, no more than every ceiling."""
        board, session = self.bench.board, self.bench.daemon.session
        if state == "SELF_TEST":
            assert not board.enabled or board.dummy or not (board.set_code or board.compliance_code)
            return
        if state not in ENERGISED:
            assert not board.enabled, f"closed in {state}"
        if state == "FAULT":
            assert board.kicks == self._kicks or self._was_state != "FAULT", "kicked in FAULT"
        if not board.enabled:
            return
        plan = session.plan
        assert plan is not None
        site = SITES[plan.site]
        if state == "CONTACT":
            assert self.set_ma <= 0.5 + CODE_MA
            assert SCALES.compliance_set_v(board.compliance_code) <= 5.02
            return
        ceiling_ma = min(25.0, self.board_ma, site.device_ma)
        assert self.set_ma <= ceiling_ma + 1e-9, "above a ceiling of device, board or site"
        assert self.set_ma <= min(site.prescriber_ma, plan.max_ma) + DITHER_MA + CODE_MA, "above what was prescribed"
        assert SCALES.compliance_set_v(board.compliance_code) <= 48.0

    def _check_ramp(self, state: str, gap_s: float, now_ns: int) -> None:
        """Up no faster than the plan, from zero; down never faster than the fastest fade while the loop is closed."""
        plan = self.bench.daemon.session.plan
        slack_ma = 2 * DITHER_MA + 2 * CODE_MA
        if state not in RUNNING or plan is None:
            return
        rate = min(1.0, plan.ramp_ma_per_s)
        since_s = (now_ns - self._ramp_began_ns) / 1e9
        if state == "RAMP_UP":
            assert self.set_ma <= rate * (since_s + gap_s) + slack_ma, "above its ramp from zero"
        if self._was_state not in RUNNING:
            return
        moved_ma = self.set_ma - self._was_ma
        assert moved_ma <= (rate + TRIM_MA_PER_S) * gap_s + slack_ma, f"up {moved_ma} mA in {gap_s} s"
        if state in ("RAMP_UP", "HOLD") and self._was_state == state:
            assert -moved_ma <= (FALL_MA_PER_S + TRIM_MA_PER_S) * gap_s + slack_ma, f"down {-moved_ma} mA in {gap_s} s"
        elif self.bench.board.enabled:
            assert -moved_ma <= 25.0 / FASTEST_FALL_S * gap_s + slack_ma, f"a jump down of {-moved_ma} mA"

    def _check_chain(self, state: str) -> None:
        """The last decision: at or below every limit known from outside, each fall with its reason, none invented."""
        daemon = self.bench.daemon
        chain, plan = daemon.run_now.chain, daemon.session.plan
        if state not in RUNNING or chain is None or plan is None:
            return
        values = [reason.value for reason in chain.reasons]
        assert values == sorted(set(values), reverse=True), "a reason that lowered nothing"
        assert not values or values[-1] == chain.value, "lowered without a reason"
        site = SITES[plan.site]
        assert chain.value <= min(25.0, self.board_ma, site.device_ma, site.prescriber_ma, plan.max_ma)
        assert values or chain.value in (daemon.session.goal_ma, 0.0, daemon.session.choice_ma)

    def _check_account(self, in_force: str, flowing_ma: float, gap_s: float) -> None:
        """The account is the integral of what was measured; time counts only with current; ceilings are respected."""
        session, sample = self.bench.daemon.session, self.bench.daemon.sample
        if session.id is None or session.id != self._session:
            return
        if in_force in ENERGISED and self.bench.board.fail:  # whether this tick came to measure anything is not known
            self._unsure_s += gap_s
        elif in_force in ENERGISED:
            measured_ma = max(0.0, sample.return_ma)
            self._charge_mc += measured_ma * gap_s
            self._true_mc += flowing_ma * gap_s
            if in_force in RUNNING and measured_ma >= 0.1:
                self._treated_s += gap_s
        dose, plan = session.dose, session.plan
        may_miss_mc = 0.05 + 1e-6 * self._charge_mc + 42.0 * self._unsure_s
        assert abs(dose.charge_mc - self._charge_mc) <= may_miss_mc, "charge is not what was measured"
        assert abs(dose.elapsed_s - self._treated_s) <= 0.01 + self._unsure_s, "time is not time with current"
        if not self.lied:
            assert abs(dose.charge_mc - self._true_mc) <= 0.5 + 0.02 * self._true_mc, "charge is not what flowed"
        if plan is not None:
            assert dose.elapsed_s <= plan.duration_s + 0.2
            assert dose.charge_mc <= SITES[plan.site].charge_mc + 25.0 * 0.2

    def _check_lease(self, state: str, now_ns: int, renewed_ns: int | None) -> None:
        """Without a living screen nothing begins and nothing rises, and what flows has faded within its time."""
        if state not in ENERGISED:
            return
        silent_s = float("inf") if renewed_ns is None else (now_ns - renewed_ns) / 1e9
        if silent_s <= LEASE_S:
            return
        assert state == self._was_state or state in ("RAMP_DOWN", "REVERSE"), f"{self._was_state} to {state} unwatched"
        assert self.set_ma <= self._was_ma + 2 * DITHER_MA + CODE_MA, "rises unwatched"
        assert state == "RAMP_DOWN" or silent_s <= LEASE_S + 0.2, f"still {state} after {silent_s} s of silence"
        assert silent_s <= LEASE_S + 25.0 / FALL_MA_PER_S + 0.5, "still on"
