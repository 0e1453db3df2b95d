"""The tick in its order: what is asked is answered in the same tick, what rises rises in order, and slowly."""

import gc

import pytest

from appliance.link.messages import Accepted, Acknowledge, Adjust, Begin, Pause, Plan, Stop
from appliance.proof.stories.bench import HANDS, TickBench
from appliance.proof.stories.board import NUMBERS, SCALES
from appliance.safety import hard_limits


def names(bench: TickBench) -> list[str]:
    return [name for name, _ in bench.board.calls]


def test_a_tick_senses_before_it_acts_and_kicks_last() -> None:
    bench = TickBench().to("HOLD")
    for _ in range(200):
        bench.board.calls.clear()
        bench.step()
        calls = names(bench)
        assert calls[0] == "read_return_counts"
        assert calls[-1] == "kick"
        assert calls.count("kick") == 1
        if "write_set_code" in calls:
            assert calls.index("read_inputs") < calls.index("write_set_code") < calls.index("start_monitor")


def test_stop_falls_in_the_tick_that_polls_it() -> None:
    bench = TickBench().to("HOLD")
    code, base_ma = bench.board.set_code, bench.daemon.gate.base_ma
    assert isinstance(bench.ask(Stop(), "technician"), Accepted)
    assert bench.state == "RAMP_DOWN"
    assert bench.daemon.gate.base_ma < base_ma
    bench.run(0.02)
    assert bench.board.set_code < code - hard_limits.MARGIN_CODES
    began_ns = bench.clock.t_ns
    bench.run(3.0, "DONE")
    assert (bench.clock.t_ns - began_ns) / 1e9 <= 2.0
    assert bench.is_off


def test_a_second_stop_is_quicker() -> None:
    bench = TickBench().to("HOLD")
    bench.ask(Stop())
    bench.run(0.1)
    began_ns = bench.clock.t_ns
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    assert (bench.clock.t_ns - began_ns) / 1e9 <= 0.5


def test_nothing_is_put_out_before_contact_and_5_v_there() -> None:
    bench = TickBench().to("ARMED")
    assert bench.is_off
    bench.has_skin = False
    bench.press()
    assert bench.state == "CONTACT"
    for _ in range(2000):
        bench.step()
        assert SCALES.compliance_set_v(bench.board.compliance_code) <= 5.0
        assert SCALES.set_ma(bench.board.set_code) <= hard_limits.PROBE_MA


def test_the_watchdog_is_kicked_every_5_ms_in_contact_too() -> None:
    bench = TickBench().to("CONTACT")
    kicks, began_ns = bench.board.kicks, bench.clock.t_ns
    bench.run(1.0)
    assert bench.board.kicks - kicks == pytest.approx((bench.clock.t_ns - began_ns) / 5e6, abs=1)


def test_the_current_rises_no_faster_than_the_plan_and_never_above_its_choice() -> None:
    bench = TickBench().to("RAMP_UP")
    margin_ma = (hard_limits.MARGIN_CODES + 1) * SCALES.ma_per_code
    began_ns = bench.clock.t_ns
    while bench.state == "RAMP_UP":
        bench.step()
        elapsed_s = (bench.clock.t_ns - began_ns) / 1e9
        set_ma = SCALES.set_ma(bench.board.set_code)
        assert set_ma <= HANDS.ramp_ma_per_s * elapsed_s + margin_ma
        assert bench.board.output_ma <= HANDS.set_ma + margin_ma
    assert bench.daemon.session.base_ma == HANDS.set_ma


def test_set_and_dither_never_pass_the_devices_ceiling() -> None:
    bench = TickBench().to("HOLD")
    for _ in range(10):
        bench.ask(Adjust(1))
    highest = 0
    for _ in range(3000):
        bench.step()
        highest = max(highest, bench.board.set_code)
    assert SCALES.set_ma(highest) <= HANDS.max_ma + hard_limits.MARGIN_CODES * SCALES.ma_per_code + 0.01
    assert highest <= 3413


def test_the_direction_moves_only_open_at_zero_and_rests_a_second() -> None:
    bench = TickBench().to("RAMP_DOWN")
    bench.run(10.0, "REVERSE")
    opened_ns = moved_ns = None
    while bench.state == "REVERSE":
        before = bench.board.reversed
        bench.step()
        board = bench.board
        if opened_ns is None and not board.enabled:
            opened_ns = bench.clock.t_ns
        if board.reversed != before:
            moved_ns = bench.clock.t_ns
            assert not board.enabled
            assert board.output_ma == 0.0
            assert opened_ns is not None
            assert moved_ns - opened_ns >= NUMBERS.relay.operate_ms * 1e6 - 5e6
    assert bench.state == "CONTACT"
    assert moved_ns is not None
    assert bench.clock.t_ns - moved_ns >= 1e9 - 1
    bench.run(60.0, "HOLD")
    assert bench.board.reversed


def test_a_whole_treatment_is_recorded_as_it_was_given() -> None:
    bench = TickBench().to("IDLE")
    bench.start()
    bench.run(0.05)
    bench.press()
    bench.run(300.0, "DONE")
    states = [event.detail["to"] for event in bench.kinds("state") if event.session == "s1"]
    assert states == [
        "ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE",
        "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "DONE",
    ]  # fmt: skip
    (end,) = bench.kinds("end")
    assert end.detail["outcome"] == "completed"
    assert end.detail["elapsed_s"] == pytest.approx(200.0, abs=0.1)
    assert end.detail["mean_hold_ma"] == pytest.approx(15.0, rel=0.005)
    assert bench.kinds("trip") == []
    assert [event.seq for event in bench.clients.events] == list(range(1, len(bench.clients.events) + 1))
    assert bench.is_off


def test_a_silent_screen_fades_the_current_and_asks_for_a_person() -> None:
    bench = TickBench().to("HOLD")
    bench.screen_alive = False
    bench.run(2.6, "RAMP_DOWN")
    bench.run(6.0, "PAUSED")
    assert bench.daemon.session.pause == "operator_lost"
    bench.screen_alive = True
    bench.run(20.0)
    assert bench.state == "PAUSED"
    assert bench.is_off


def test_a_status_never_shows_what_was_not_measured() -> None:
    bench = TickBench().to("IDLE")
    bench.run(0.2)
    status = bench.clients.statuses[-1]
    assert (status.patient_v, status.resistance_ohm, status.no_current) == (None, None, True)
    bench.start()
    bench.run(0.05)
    bench.press()
    bench.run(60.0, "HOLD")
    bench.run(0.5)
    status = bench.clients.statuses[-1]
    assert status.return_ma == pytest.approx(15.0, abs=0.1)
    assert status.patient_v == pytest.approx(32.5, abs=0.5)
    assert status.resistance_ohm == pytest.approx(2000.0, rel=0.03)
    assert not status.no_current
    assert status.simulated


def test_statuses_come_ten_times_a_second_in_every_state() -> None:
    bench = TickBench().to("IDLE")
    for state in ("IDLE", "ARMED", "CONTACT"):
        if state == "ARMED":
            bench.start()
        if state == "CONTACT":
            bench.has_skin = False
            bench.press()
        before = len(bench.clients.statuses)
        bench.run(2.0)
        assert len(bench.clients.statuses) - before == pytest.approx(20, abs=1)
        assert bench.state == state


def test_each_state_begins_a_new_generation() -> None:
    """So that an order made before a change cannot pass after it."""
    bench = TickBench().to("HOLD")
    seen = {bench.daemon.run_now.generation}
    bench.ask(Pause())
    for state in ("RAMP_DOWN", "PAUSED"):
        bench.run(3.0, state)
        assert bench.daemon.run_now.generation not in seen
        seen.add(bench.daemon.run_now.generation)


@pytest.mark.parametrize("state", ["IDLE", "ARMED", "REVERSE", "PAUSED", "DONE", "FAULT"])
def test_states_that_may_not_energise_are_open_at_zero(state: str) -> None:
    bench = TickBench().to("ARMED" if state == "ARMED" else "IDLE" if state == "IDLE" else "HOLD")
    if state == "REVERSE":
        bench.run(200.0, "REVERSE")
    elif state == "PAUSED":
        bench.board.patient_ohm = None
        bench.run(0.2, "PAUSED")
    elif state == "DONE":
        bench.ask(Stop())
        bench.run(3.0, "DONE")
    elif state == "FAULT":
        bench.board.e_stop = True
        bench.run(0.2, "FAULT")
    bench.step()
    while bench.state == state and bench.clock.t_ns % 10**9 < 900_000_000:
        board = bench.board
        assert (board.enabled, board.set_code, board.compliance_code) == (False, 0, 0)
        bench.step()


def test_a_session_begun_at_once_after_a_reversed_one_flows_in_its_own_direction() -> None:
    bench = TickBench()
    bench.run(30.0, "IDLE")
    bench.refill_trays()
    assert isinstance(bench.start(Plan("feet", 5.0, 5.0, 60.0, "fixed_reversed")), Accepted)
    bench.run(0.1)
    bench.ask(Begin())
    bench.run(60.0, "HOLD")
    assert bench.board.reversed
    bench.board.tray_out = True
    bench.run(0.1, "PAUSED")
    bench.run(0.02)
    bench.board.tray_out = False
    for command in (Stop(), Acknowledge()):
        assert isinstance(bench.ask(command), Accepted)
    assert isinstance(bench.start(Plan("feet", 5.0, 5.0, 60.0, "fixed_normal"), "s2"), Accepted)
    bench.ask(Begin())
    bench.run(60.0, "HOLD")
    assert not bench.daemon.session.reversed
    assert not bench.board.reversed


def test_ticks_under_current_leave_nothing_for_the_collector_which_is_off() -> None:
    bench = TickBench().to("HOLD")
    bench.run(1.0)
    gc.collect()
    gc.disable()
    try:
        bench.run(2.0)
        assert gc.collect() == 0
    finally:
        gc.enable()
