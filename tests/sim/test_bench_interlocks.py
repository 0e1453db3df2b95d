"""Switches and lines between the Pi and the board: what they read, and what becomes of the current."""

import pytest
from bench_rig import Rig, armed, treated


def fresh() -> Rig:
    rig = armed()
    rig.pin("enable", False)
    rig.run_ms(50)
    return rig


def flows(rig: Rig) -> bool:
    return rig.bench.true_ma > 4.5


def test_a_stuck_pedal_reads_one_thing() -> None:
    rig = armed()
    rig.bench.act("pedal_stuck", pressed=False)
    rig.bench.act("pedal", hold_s=0.5)
    assert not rig.level("foot_pedal")
    rig.bench.act("pedal_stuck", pressed=True)
    rig.run_ms(600)
    assert rig.level("foot_pedal")
    rig.bench.act("pedal_stuck", pressed=True, restore=True)
    assert not rig.level("foot_pedal")
    rig.bench.act("pedal", hold_s=0.1)
    assert rig.level("foot_pedal")


def test_the_red_switch_cuts_by_each_of_two_poles() -> None:
    for pole in ("enable", "rails"):
        rig = treated(ma=5.0)
        rig.bench.act("estop_stuck", pole=pole)
        assert flows(rig)
        rig.bench.act("estop")
        assert rig.bench.true_ma == 0.0
        assert rig.level("e_stop")


def test_a_red_switch_whose_input_sticks_cuts_unseen() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("estop_stuck", pole="input")
    rig.bench.act("estop")
    assert rig.bench.true_ma == 0.0
    assert not rig.level("e_stop")
    rig.bench.act("estop", release=True)
    rig.run_ms(300)
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")  # it woke tripped


@pytest.mark.parametrize(
    ("pole", "current", "seen"), [("enable", False, False), ("rails", False, False), ("input", True, True)]
)
def test_a_broken_wire_of_the_red_switch_does_what_its_pole_does(pole: str, current: bool, seen: bool) -> None:
    rig = treated(ma=5.0)
    rig.bench.act("estop_wire", pole=pole)
    assert flows(rig) is current
    assert rig.level("e_stop") is seen
    rig.bench.act("estop_wire", pole=pole, restore=True)
    rig.run_ms(50)
    assert not rig.level("e_stop")


def test_a_stuck_tray_switch_does_not_see_the_tray() -> None:
    rig = armed()
    rig.bench.act("tray_stuck", side="right")
    rig.bench.act("tray_out", side="right")
    assert not rig.level("tray_right")
    rig.bench.act("tray_stuck", side="left", high=True)
    assert rig.level("tray_left")
    rig.bench.act("tray_stuck", side="right", restore=True)
    assert rig.level("tray_right")


def test_trays_are_lifted_and_come_back_by_themselves_unless_their_switch_sticks() -> None:
    rig = armed()
    rig.bench.act("tray_stuck", side="left", high=False)
    rig.bench.act("trays_refilled", for_s=0.3)
    assert (rig.level("tray_left"), rig.level("tray_right")) == (False, True)
    rig.run_ms(310)
    assert not rig.level("tray_right")


def test_a_dead_pi_lets_every_line_fall() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("gpio_dead")
    assert rig.bench.true_ma == 0.0
    rig.pin("enable", True)
    rig.run_ms(50)
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")


def test_an_enable_line_stuck_low_never_lets_current_flow() -> None:
    rig = fresh()
    rig.bench.act("enable_stuck", high=False)
    rig.pin("enable", True)
    rig.run_ms(50)
    assert not rig.bench.circuit.k1_closed


def test_an_enable_line_stuck_high_is_cut_by_watchdog_and_latch_alone() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("enable_stuck", high=True)
    rig.pin("enable", False)
    rig.run_ms(100)
    assert flows(rig)
    rig.dead_ms(40)
    assert rig.bench.true_ma == 0.0


@pytest.mark.parametrize("high", [True, False])
def test_a_stuck_kick_line_trips_within_the_window_whatever_is_kicked(high: bool) -> None:
    rig = treated(ma=5.0)
    rig.bench.act("kick_stuck", high=high)
    rig.run_ms(32)
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")


def test_a_freed_line_is_heard_at_its_next_edge() -> None:
    rig = fresh()
    rig.bench.act("enable_stuck", high=False)
    rig.pin("enable", True)
    rig.bench.act("enable_stuck", high=False, restore=True)
    rig.pin("enable", False)
    rig.pin("enable", True)
    rig.run_ms(50)
    assert rig.bench.circuit.k1_closed


def test_a_stuck_polarity_line_keeps_k2_where_it_says() -> None:
    rig = fresh()
    rig.bench.act("polarity_line_stuck", high=True)
    rig.run_ms(50)
    assert rig.level("polarity_readback")
    rig.pin("polarity", False)
    rig.run_ms(50)
    assert rig.bench.relays.polarity == -1


def test_a_dummy_line_stuck_high_takes_the_patient_off_and_low_never_gives_the_load() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("dummy_line_stuck", high=True)
    rig.run_ms(60)
    assert rig.bench.true_ma == 0.0
    rig = fresh()
    rig.bench.act("dummy_line_stuck", high=False)
    rig.pin("dummy_load", True)
    rig.run_ms(60)
    assert not rig.bench.circuit.dummy


def test_a_stuck_test_shift_lowers_the_trip_with_the_dummy_load_alone() -> None:
    rig = treated("very_sweaty_palm", 24.0, 47.0)
    rig.bench.act("test_shift_stuck", high=True)
    rig.run_ms(20)
    assert rig.level("latch_tripped")
    usual_v = rig.bench.parts.trip_return_v
    rig.pin("enable", False)
    rig.pin("dummy_load", True)
    rig.run_ms(60)
    assert rig.bench.circuit.comparators.return_trip_v == rig.bench.parts.test_return_v < usual_v


def test_a_latch_reset_line_that_sticks_high_resets_once_and_never_again() -> None:
    rig = fresh()
    rig.bench.act("latch_trips")
    rig.run_ms(5)
    assert not rig.level("latch_tripped")
    rig.bench.act("latch_reset_stuck", high=True)
    rig.run_ms(5)
    assert rig.level("latch_tripped")
    rig.bench.act("latch_trips")
    rig.run_ms(300)
    rig.pin("latch_reset", False)
    rig.pin("latch_reset", True)
    rig.run_ms(5)
    assert not rig.level("latch_tripped")


@pytest.mark.parametrize(
    ("action", "line"),
    [
        ("estop_line_stuck", "e_stop"),
        ("latch_line_stuck", "latch_tripped"),
        ("watchdog_line_stuck", "watchdog_ok"),
        ("mirror_line_stuck", "safety_relay_readback"),
        ("polarity_readback_line_stuck", "polarity_readback"),
    ],
)
def test_a_stuck_input_reads_its_level_while_the_current_goes_on(action: str, line: str) -> None:
    rig = treated(ma=5.0)
    usual = rig.level(line)
    for high in (True, False):
        rig.bench.act(action, high=high)
        rig.run_ms(20)
        assert rig.level(line) is high
        assert flows(rig)
    rig.bench.act(action, high=False, restore=True)
    assert rig.level(line) is usual
    rig.bench.act(action, high=False)
    rig.bench.act("estop")
    rig.run_ms(50)
    assert rig.bench.true_ma == 0.0
    assert not rig.level(line)
