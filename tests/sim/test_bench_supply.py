"""Adapter, rails, regulator and fuse: what is left of volts and current, and which chips forget."""

import pytest
from bench_rig import BOARD, Rig, measuring, return_ma, supply_v, treated, word

RETURN = BOARD.adc.return_.address


def v_comp(rig: Rig) -> float:
    rig.bench.sync()
    return rig.bench.circuit.compliance_v


@pytest.mark.parametrize("for_s", [0.001, 0.05])
def test_a_dropped_supply_takes_the_current_and_every_chip_forgets(for_s: float) -> None:
    rig = measuring(treated(ma=5.0))
    rig.bench.act("supply_drop", for_s=for_s)
    assert rig.bench.true_ma == 0.0
    rig.run_ms(for_s * 1000.0 + 50)
    assert word(rig, RETURN, 1) == 0x8583
    assert rig.bench.true_ma == 0.0
    assert not rig.level("latch_tripped")


def test_a_drop_that_ends_while_the_red_switch_is_pushed_brings_nothing_back() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("supply_drop", for_s=0.05)
    rig.bench.act("estop")
    rig.run_ms(100)
    assert not rig.level("watchdog_ok")
    rig.bench.act("estop", release=True)
    rig.run_ms(300)
    assert rig.level("watchdog_ok")
    assert rig.bench.true_ma == 0.0


def test_a_sagging_rail_limits_and_comes_back() -> None:
    rig = measuring(treated(ma=10.0, volts=45.0))
    rig.bench.act("rail", volts=10.0, for_s=0.5)
    rig.run_ms(100)
    assert rig.bench.true_ma < 7.0
    assert supply_v(rig) < 10.5
    rig.run_ms(500)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.04)


def test_a_high_rail_is_held_off_by_the_regulator_and_by_the_clamp_without_it() -> None:
    rig = treated(ma=2.0, volts=40.0)
    rig.bench.act("rail", volts=80.0, for_s=10.0)
    rig.run_ms(50)
    assert v_comp(rig) == pytest.approx(40.0, rel=0.03)
    rig.bench.act("regulator_short")
    rig.run_ms(20)
    assert v_comp(rig) == pytest.approx(58.0)


def test_a_small_sag_of_the_logic_is_nothing_a_larger_trips_and_a_deep_one_makes_chips_forget() -> None:
    rig = measuring(treated(ma=5.0))
    rig.bench.act("logic_sag", volts=4.5)
    rig.run_ms(50)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.bench.act("logic_sag", volts=4.2, for_s=0.02)
    assert rig.bench.true_ma == 0.0
    rig.run_ms(50)
    assert not rig.level("latch_tripped")
    assert word(rig, RETURN, 1) & 0x7FFF == BOARD.adc.return_.config
    rig.reset_latch()
    assert rig.level("latch_tripped")
    rig.bench.act("logic_sag", volts=1.5)
    rig.run_ms(50)
    assert word(rig, RETURN, 1) == 0x8583
    assert return_ma(rig) == 0.0


def test_a_shorted_regulator_gives_48_v_at_once_and_the_set_current() -> None:
    rig = treated(ma=5.0, volts=20.0)
    rig.bench.act("regulator_short")
    rig.dead_ms(0.5)
    assert v_comp(rig) == pytest.approx(48.0)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.volts(5.0)
    rig.run_ms(30)
    assert v_comp(rig) == pytest.approx(48.0)


def test_an_open_regulator_takes_the_volts_and_the_current() -> None:
    rig = treated(ma=5.0, volts=20.0)
    rig.bench.act("regulator_open")
    rig.run_ms(30)
    assert v_comp(rig) < 0.5
    assert rig.bench.true_ma < 0.5


def test_a_blown_fuse_opens_the_patients_line() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("fuse_blown")
    rig.run_ms(5)
    assert rig.bench.true_ma == 0.0
    assert rig.level("latch_tripped")
