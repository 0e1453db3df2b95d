"""What cuts without software, when it is dead or too eager, and what the second layer then does."""

import pytest
from bench_rig import Rig, armed, marked, source_ma, treated


def flows(rig: Rig, ma: float = 5.0) -> bool:
    return rig.bench.true_ma == pytest.approx(ma, rel=0.06)


def test_a_dead_watchdog_chip_leaves_the_pump_to_cut_and_a_stuck_pump_the_chip() -> None:
    zero_ms = {}
    for fault in ("wdo_dead", "pump_stuck"):
        rig = treated(ma=5.0)
        if not rig.level("watchdog_kick"):
            rig.kick()  # the last level is high: the pump holds 51-98 ms
        rig.bench.act(fault)
        rig.run_ms(40 if rig.level("watchdog_kick") else 45)
        assert flows(rig)
        ms = 0
        while rig.bench.true_ma and ms < 300:
            rig.dead_ms(1)
            ms += 1
        zero_ms[fault] = ms
    assert zero_ms["wdo_dead"] <= 98
    assert zero_ms["pump_stuck"] <= 32


def test_with_chip_and_pump_dead_nothing_stops_a_dead_program() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("watchdog_dead")
    rig.dead_ms(1000)
    assert flows(rig)


def test_a_pump_that_does_not_fill_cuts_and_keeps_the_latch_tripped() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("pump_dead")
    assert rig.bench.true_ma == 0.0
    rig.reset_latch()
    assert not rig.level("latch_tripped")
    assert not rig.level("watchdog_ok")


def test_a_watchdog_that_trips_for_nothing_cuts_and_recovers() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("watchdog_trips")
    assert rig.bench.true_ma == 0.0
    assert not rig.level("watchdog_ok")
    rig.run_ms(260)
    assert rig.level("watchdog_ok")
    assert not rig.level("latch_tripped")


def test_noise_on_the_latch_cuts_and_everything_else_reads_well() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("latch_trips")
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")
    assert rig.level("watchdog_ok")


def test_a_dead_latch_leaves_the_limiter_and_the_pump() -> None:
    rig = marked(treated("very_sweaty_palm", ma=5.0, volts=46.0))
    rig.bench.act("latch_dead")
    rig.bench.act("sink_short")
    rig.run_ms(100)
    assert rig.level("latch_tripped")
    assert flows(rig, rig.bench.parts.limiter_ma)
    rig.dead_ms(100)
    assert rig.bench.true_ma == 0.0


def test_a_gate_that_says_yes_for_ever_leaves_the_latch_to_open_k1() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("out_ok_stuck")
    rig.pin("enable", False)
    rig.run_ms(50)
    assert flows(rig)
    rig.dead_ms(32)
    assert not rig.level("latch_tripped")
    rig.dead_ms(20)
    assert rig.bench.true_ma == 0.0


@pytest.mark.parametrize(("dead", "other"), [("comparator_a_dead", "return"), ("comparator_b_dead", "source")])
def test_one_dead_comparator_leaves_the_other_and_two_leave_none(dead: str, other: str) -> None:
    rig = treated("cable_short", ma=5.0, volts=10.0)
    rig.bench.act("limiter_short")
    rig.bench.act(dead)
    rig.bench.act("sink_short")
    rig.dead_ms(2)
    assert not rig.level("latch_tripped"), other
    rig = treated("cable_short", ma=5.0, volts=10.0)
    for fault in ("limiter_short", "comparator_a_dead", "comparator_b_dead", "sink_short"):
        rig.bench.act(fault)
    rig.dead_ms(2)
    assert rig.bench.true_ma > 60.0


@pytest.mark.parametrize("dead", ["limiter_short", "limiter_dead"])
def test_a_dead_limiter_shows_only_with_a_shorted_sink(dead: str) -> None:
    rig = marked(treated("very_sweaty_palm", ma=10.0, volts=46.0))
    rig.bench.act(dead)
    rig.run_ms(20)
    assert flows(rig, 10.0)
    rig.bench.act("sink_short")
    rig.dead_ms(2)
    assert rig.bench.felt.window.peak_ma > 35.0
    assert rig.bench.felt.window.ms_over_30_ma < 0.1
    assert rig.bench.true_ma == 0.0


def test_an_open_limiter_gives_nothing() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("limiter_open")
    rig.run_ms(20)
    assert rig.bench.true_ma == 0.0
    assert rig.level("latch_tripped")


def test_a_shorted_q2_leaves_the_clamp_and_then_k1() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("high_side_short")
    assert flows(rig)
    rig.pin("enable", False)
    assert rig.bench.true_ma == 0.0
    rig = marked(treated("very_sweaty_palm", ma=5.0, volts=46.0))
    rig.bench.act("high_side_short")
    rig.bench.act("sink_short")
    rig.dead_ms(25)
    felt = rig.bench.felt.window
    assert 35.0 < felt.peak_ma < 75.0  # hardware design, chapter 5: 60 mA, until K1 has opened in at most 20.0 ms
    assert 9.0 < felt.ms_over_30_ma <= 20.3
    assert rig.bench.true_ma == 0.0


def test_a_shorted_q2_shows_in_what_the_taps_take_while_output_is_off() -> None:
    seen_ua = []
    for fault in (False, True):
        rig = armed()
        rig.pin("enable", False)
        rig.pin("dummy_load", True)
        rig.run_ms(60)
        if fault:
            rig.bench.act("high_side_short")
        rig.volts(40.0)
        rig.run_ms(30)
        seen_ua.append(source_ma(rig) * 1000.0)
    assert seen_ua[1] - seen_ua[0] == pytest.approx(2.0 * 40.0 / 1.7, rel=0.1)


def test_a_dead_treatment_timer_lets_output_go_on_past_43_minutes() -> None:
    rig = armed()
    rig.bench.act("timer_dead")
    for _ in range(45):
        rig.run_ms(60_000)
    assert rig.level("latch_tripped")


def test_an_early_treatment_timer_trips_after_that_much_more_output() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("timer_early", after_s=0.5)
    rig.run_ms(480)
    assert flows(rig)
    rig.run_ms(40)
    assert rig.bench.true_ma == 0.0
    rig.reset_latch()
    assert not rig.level("latch_tripped")
