"""What cuts without software: latch, window watchdog, charge pump, comparators, E-stop, timer, relays."""

import pytest
from bench_rig import BOARD, MS, Rig, armed, treated

from appliance.sim.bench import Bench


def fresh(**bench: object) -> Rig:
    return Rig(Bench(BOARD, phenotype="typical_palm", **bench))  # type: ignore[arg-type]


def test_the_latch_wakes_tripped_and_enable_alone_gives_nothing() -> None:
    rig = fresh()
    rig.run_ms(300)
    assert not rig.level("latch_tripped")
    rig.pin("enable", True)
    rig.run_ms(50)
    assert not rig.bench.circuit.out_ok
    assert rig.level("safety_relay_readback")


def test_the_latch_is_set_by_an_edge_only() -> None:
    rig = fresh()
    rig.pin("latch_reset", True)  # while FAULT_n is low: no kick yet
    rig.run_ms(300)
    assert not rig.level("latch_tripped")
    rig.pin("latch_reset", False)
    rig.pin("latch_reset", True)
    assert rig.level("latch_tripped")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("level", [False, True])
def test_a_kick_that_stops_cuts_within_the_window(seed: int, level: bool) -> None:
    rig = treated(ma=2.0, seed=seed)
    while rig.level("watchdog_kick") != level:
        rig.run_ms(5)
    rig.bench.felt.mark(rig.bench.now_ns)
    start_ns = rig.bench.now_ns
    rig.dead_ms(120)
    assert not rig.level("latch_tripped")
    assert not rig.level("watchdog_ok")
    last_ns = rig.bench.felt.window.last_current_ns
    assert (last_ns - start_ns) / MS <= 31.625
    assert rig.level("safety_relay_readback")


def test_the_watchdog_rearms_by_itself_but_the_latch_does_not() -> None:
    rig = armed()
    rig.dead_ms(150)
    rig.run_ms(400)
    assert rig.level("watchdog_ok")
    assert not rig.level("latch_tripped")
    rig.reset_latch()
    assert rig.level("latch_tripped")


@pytest.mark.parametrize("seed", range(4))
def test_ten_milliseconds_of_lateness_pass_and_quick_edges_do_not(seed: int) -> None:
    rig = armed(seed=seed)
    rig.dead_ms(10)
    rig.run_ms(50)
    assert rig.level("latch_tripped")
    while rig.level("watchdog_kick"):
        rig.run_ms(5)
    rig.kick()
    rig.kick()  # falling
    rig.dead_ms(0.7)
    rig.kick()
    rig.dead_ms(0.7)
    rig.kick()  # falling again 1.4 ms later
    assert not rig.level("latch_tripped")


def test_e_stop_cuts_by_wire_and_takes_the_rails() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("estop")
    assert rig.bench.true_ma == 0.0
    assert rig.level("e_stop")
    assert not rig.level("latch_tripped")  # unpowered reads tripped
    with pytest.raises(OSError, match="acknowledge"):
        rig.code(0)
    rig.run_ms(30)
    rig.bench.act("estop", release=True)
    rig.run_ms(300)
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")
    rig.code(0)


def test_a_supply_drop_never_brings_current_back() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("supply_drop", for_s=0.05)
    rig.bench.felt.mark(rig.bench.now_ns)
    rig.run_ms(400)
    assert rig.bench.felt.window.peak_ma == 0.0
    assert not rig.level("latch_tripped")


def test_k1_opens_within_its_release_time_and_its_mirror_follows() -> None:
    rig = armed()
    assert not rig.level("safety_relay_readback")
    rig.pin("enable", False)
    rig.run_ms(BOARD.relay.release_ms)
    assert rig.level("safety_relay_readback")
    assert not rig.bench.circuit.k1_closed


def test_a_welded_k1_shows_in_its_mirror() -> None:
    rig = armed()
    rig.bench.act("relay_weld")
    rig.pin("enable", False)
    rig.run_ms(50)
    assert not rig.level("safety_relay_readback")
    assert rig.bench.true_ma == 0.0


def test_polarity_is_frozen_under_output_and_moves_without() -> None:
    rig = treated(ma=2.0)
    rig.pin("polarity", True)
    rig.run_ms(50)
    assert not rig.level("polarity_readback")
    assert rig.bench.true_ma > 1.9
    rig.set_ma(0.0)
    rig.pin("enable", False)
    rig.run_ms(50)
    assert rig.level("polarity_readback")
    rig.pin("enable", True)
    rig.run_ms(40)
    rig.set_ma(2.0)
    rig.run_ms(100)
    assert rig.bench.true_ma < -1.9


def test_a_stuck_polarity_relay_shows_in_its_readback() -> None:
    rig = fresh()
    rig.bench.act("polarity_weld")
    rig.pin("polarity", True)
    rig.run_ms(50)
    assert not rig.level("polarity_readback")


def dummy(seed: int = 1, reversed_: bool = False) -> Rig:
    """As the self-test: dummy load in place, output on."""
    rig = fresh(seed=seed)
    rig.pin("dummy_load", True)
    rig.pin("polarity", reversed_)
    rig.run_ms(50)
    rig.arm()
    rig.volts(47.0)
    rig.run_ms(20)
    return rig


@pytest.mark.parametrize("seed", range(5))
def test_the_dummy_load_carries_what_is_set_and_keeps_k1_open(seed: int) -> None:
    rig = dummy(seed)
    for ma in (2.0, 10.0, 25.0):
        rig.set_ma(ma)
        rig.run_ms(20)
        assert rig.bench.meter_ma() == pytest.approx(ma, abs=1.1)
        assert rig.bench.true_volts == pytest.approx(rig.bench.meter_ma() * 1.0, rel=0.0011)
    assert rig.level("safety_relay_readback")
    assert rig.bench.felt.peak_ma == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_full_scale_is_limited_or_trips_but_never_lasts_above_30(seed: int) -> None:
    rig = dummy(seed)
    rig.code(4095)
    rig.run_ms(50)
    if rig.level("latch_tripped"):
        assert 25.3 < rig.bench.meter_ma() < 29.95
    else:
        assert rig.bench.meter_ma() == 0.0


@pytest.mark.parametrize("reversed_", [False, True])
def test_the_test_shift_proves_one_comparator_at_a_time(reversed_: bool) -> None:
    rig = dummy(reversed_=reversed_)
    rig.pin("test_shift", True)
    rig.set_ma(22.0)
    rig.run_ms(20)
    assert rig.level("latch_tripped")
    rig.set_ma(25.0)
    rig.run_ms(20)
    assert not rig.level("latch_tripped")
    over = rig.bench.circuit.comparators
    assert not over.over  # it went back when the current stopped


def test_the_test_shift_does_nothing_without_the_dummy_load() -> None:
    rig = treated("very_sweaty_palm", 24.0, 47.0)
    rig.pin("test_shift", True)
    rig.run_ms(50)
    assert rig.level("latch_tripped")


def test_a_comparator_needs_its_filter_time() -> None:
    rig = treated("cable_short", 5.0, 10.0)
    rig.bench.parts.limiter_ma = 60.0
    rig.bench.changed()
    rig.bench.circuit.set_current(rig.bench.circuit.set_dac_v * 10.0)
    assert rig.level("latch_tripped")
    rig.dead_ms(0.03)
    assert rig.level("latch_tripped")
    rig.dead_ms(0.5)
    assert not rig.level("latch_tripped")
    assert rig.bench.true_ma == 0.0


def test_watchdog_dead_and_latch_dead_let_the_current_go_on() -> None:
    rig = treated(ma=2.0)
    rig.bench.act("watchdog_dead")
    rig.dead_ms(500)
    assert rig.bench.true_ma == pytest.approx(2.0, abs=0.2)
    rig = treated(ma=2.0)
    rig.bench.act("latch_dead")
    rig.dead_ms(28)
    assert rig.bench.true_ma == pytest.approx(2.0, abs=0.2)
    rig.dead_ms(100)  # the pump cuts without the latch
    assert rig.bench.true_ma == 0.0


def test_the_treatment_timer_ends_40_minutes_of_output() -> None:
    rig = armed()
    for _ in range(44):
        if not rig.level("latch_tripped"):
            break
        rig.run_ms(60_000)
    assert 37.0 <= rig.bench.now_ns / MS / 60_000 <= 44.0
    rig.reset_latch()
    assert not rig.level("latch_tripped")  # only after ten minutes of rest
    rig.pin("enable", False)
    rig.run_ms(601_000)
    rig.reset_latch()
    assert rig.level("latch_tripped")
