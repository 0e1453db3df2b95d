"""What the patient feels at make and break, against the design's ngspice decks."""

import pytest
from bench_rig import deck_bench

from appliance.sim.felt import FeltWindow


def reconnect(volts: float, set_ma: float, recovery_us: float, limiter: bool) -> tuple[FeltWindow, list[float]]:
    """Deck 02: hands leave for 30 ms and come back."""
    rig = deck_bench(volts=volts, set_ma=set_ma, recovery_us=recovery_us, limiter=limiter)
    rig.bench.act("latch_dead")  # the deck has no latch
    rig.bench.act("lead_flicker", ms=30.0)
    rig.run_ms(29.99)
    rig.bench.felt.mark(rig.bench.now_ns)
    wave = rig.wave_ma(6000)
    return rig.bench.felt.window, wave


@pytest.mark.parametrize(("recovery_us", "over_30_us"), [(0.0, 31.0), (100.0, 122.0)])
def test_plain_48_v_gives_the_surge_of_the_deck(recovery_us: float, over_30_us: float) -> None:
    felt, _ = reconnect(48.0, 15.0, recovery_us, limiter=False)
    assert felt.peak_ma == pytest.approx(65.0, abs=10.0)
    assert felt.ms_over_30_ma * 1000.0 == pytest.approx(over_30_us, rel=0.1)


@pytest.mark.parametrize(("recovery_us", "over_30_us"), [(0.0, 33.0), (100.0, 126.5)])
def test_plain_rail_of_one_point_two_times_the_load(recovery_us: float, over_30_us: float) -> None:
    felt, _ = reconnect(37.6, 15.0, recovery_us, limiter=False)
    assert felt.peak_ma == pytest.approx(51.3, abs=3.0)
    assert felt.ms_over_30_ma * 1000.0 == pytest.approx(over_30_us, rel=0.1)


@pytest.mark.parametrize(("recovery_us", "mean_100_us_ma", "above_16_us"), [(0.0, 26.8, 128.0), (100.0, 29.0, 220.0)])
def test_the_limiter_holds_the_surge_below_30_ma(recovery_us: float, mean_100_us_ma: float, above_16_us: float) -> None:
    felt, wave = reconnect(37.6, 15.0, recovery_us, limiter=True)
    begin = next(i for i, ma in enumerate(wave) if ma > 1.0)
    assert 26.0 < felt.peak_ma < 30.0
    assert sum(wave[begin : begin + 100]) / 100 == pytest.approx(mean_100_us_ma, rel=0.03)
    assert sum(ma > 16.0 for ma in wave) == pytest.approx(above_16_us, rel=0.1)


@pytest.mark.parametrize(("recovery_us", "above_set_uc"), [(0.0, 1.6), (100.0, 2.2)])
def test_the_5_v_probe_stays_below_8_ma_and_3_uc(recovery_us: float, above_set_uc: float) -> None:
    felt, wave = reconnect(5.0, 0.5, recovery_us, limiter=True)
    charge_uc = sum(max(0.0, ma - 0.5) for ma in wave) * 1e-3
    assert felt.peak_ma == pytest.approx(6.8, abs=0.5)
    assert charge_uc == pytest.approx(above_set_uc, rel=0.1)
    assert felt.peak_ma < 8.0 and charge_uc < 3.0


def test_nothing_waits_on_a_rail_at_zero() -> None:
    felt, _ = reconnect(0.0, 0.5, 100.0, limiter=True)
    assert felt.peak_ma < 0.004


def test_after_a_surge_the_loop_regulates_again() -> None:
    _, wave = reconnect(48.0, 15.0, 50.0, limiter=True)
    assert wave[-1] == pytest.approx(15.0, abs=0.02)


def test_the_comparators_end_a_surge_that_the_limiter_does_not() -> None:
    rig = deck_bench(volts=48.0, set_ma=15.0, recovery_us=100.0, limiter=False)
    rig.bench.act("lead_flicker", ms=20.0)
    rig.run_ms(19.99)
    wave = rig.wave_ma(1000)
    begin = next(i for i, ma in enumerate(wave) if ma > 30.0)
    assert all(ma == 0.0 for ma in wave[begin + 100 :])
    assert not rig.level("latch_tripped")


def test_open_volts_wait_on_an_open_loop_and_nowhere_else() -> None:
    rig = deck_bench(volts=37.6, set_ma=15.0, recovery_us=0.0, limiter=True)
    assert rig.bench.felt.peak_open_v < 1.0
    rig.bench.act("lead_break")
    rig.run_ms(10)
    assert rig.bench.felt.open_v == pytest.approx(37.6, abs=0.1)
    rig.pin("enable", False)
    rig.run_ms(30)
    assert rig.bench.felt.open_v == 0.0


def test_reversal_under_current_is_the_jolt_of_deck_09() -> None:
    rig = deck_bench(volts=37.6, set_ma=15.0, recovery_us=0.0, limiter=False)
    circuit = rig.bench.circuit
    rig.bench.sync()
    circuit.polarity = 0  # K2 would have to move under current, which the hardware prevents
    circuit.rewire()
    rig.run_ms(2)
    rig.bench.sync()
    circuit.polarity = -1
    circuit.rewire()
    wave = rig.wave_ma(400)
    assert min(wave) == pytest.approx(-66.0, abs=5.0)
    assert wave[-1] == pytest.approx(-15.0, abs=0.1)
