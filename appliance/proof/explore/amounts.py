"""How much is put out, how fast it changes and how long things take, tick by tick, against the invariants.

It reads what the board was told, the plan that was accepted and the history of inputs; it must never change them.
"""

from typing import TYPE_CHECKING, Final

from appliance.proof.explore.ghost import CONTACT_NS, LEASE_NS, PAUSED_NS, SLACK_NS
from appliance.safety import hard_limits
from appliance.treatment.session import RUNNING
from appliance.treatment.trim import SLEW_MA_PER_S

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

DITHER: Final = hard_limits.MARGIN_CODES
LEASE_SLACK_NS: Final = 50_000_000  # the output opens a tick after its last code; a wait goes a little past it
CONTACT_SLACK_NS: Final = 10**9  # a tick that leaves CONTACT is not counted by the session


def check_amounts(m: "Machine", was_code: int, dt_ns: int) -> None:
    """The set as it stands, and how it came there.

    Raises:
        Violated: it is too much, or came too fast.
    """
    session, plan = m.daemon.session, m.daemon.session.plan
    if not m.board.to_patient or session.state == "SELF_TEST" or plan is None:
        return
    code, scales, site = m.board.set_code, m.scales, plan.limits
    apparatus_ma = min(hard_limits.CURRENT_MA, m.board_ma, site.device_ma)
    if session.state == "CONTACT":
        apparatus_ma = hard_limits.PROBE_MA
    prescribed = scales.set_code(min(site.prescriber_ma, plan.max_ma)) + DITHER
    within = code <= min(scales.set_code(apparatus_ma), prescribed)
    m.checks("set_never_above_a_ceiling", within, f"{scales.set_ma(code):.3f} mA in {session.state}")
    if session.state not in RUNNING:
        return
    rise_ma = (plan.ramp_ma_per_s + SLEW_MA_PER_S) * dt_ns / 1e9 + (2 * DITHER + 1) * scales.ma_per_code
    steep = scales.set_ma(code) - scales.set_ma(was_code) > rise_ma
    m.checks("ramp_never_too_steep", not steep, f"from code {was_code} to {code} in {dt_ns / 1e6:.0f} ms")
    if session.state == "RAMP_UP":
        for_s = (m.clock.t_ns - m.ghost.ramp_since_ns) / 1e9 + 0.005
        most = scales.set_code(hard_limits.PROBE_MA) + (plan.ramp_ma_per_s * for_s) / scales.ma_per_code + DITHER
        m.checks("resume_restarts_at_the_probe", code <= most, f"{scales.set_ma(code):.2f} mA {for_s:.2f} s into it")


def check_times(m: "Machine") -> None:
    """What must have ended by now.

    Raises:
        Violated: it has not.
    """
    check, ghost, now_ns = m.checks, m.ghost, m.clock.t_ns
    state = m.daemon.session.state
    if state == "CONTACT":
        within = ghost.contact_ns <= CONTACT_NS + CONTACT_SLACK_NS
        check("contact_is_bounded", within, f"{ghost.contact_ns / 1e9:.0f} s")
    if state == "PAUSED" or (state == "CONTACT" and m.daemon.session.resuming):
        check("pause_ends_by_itself", ghost.away_ns <= PAUSED_NS + SLACK_NS, f"{ghost.away_ns / 1e9:.0f} s")
    late = f"{state}, not at zero yet"
    if ghost.stop_by_ns is not None:
        check("stop_reaches_zero", now_ns <= ghost.stop_by_ns + SLACK_NS, late)
    if ghost.zero_by_ns is not None:
        check("every_trip_reaches_zero", now_ns <= ghost.zero_by_ns + SLACK_NS, late)
    if ghost.silent(now_ns) and m.board.to_patient and state != "SELF_TEST":
        fall_ns = round(ghost.silent_at_ma / hard_limits.RAMP_DOWN_MA_PER_S * 1e9)
        lost_ns = ghost.heard_ns + LEASE_NS
        check("lease_loss_reaches_zero", now_ns <= lost_ns + fall_ns + LEASE_SLACK_NS, late)
    else:
        ghost.silent_at_ma = m.scales.set_ma(m.board.set_code)
