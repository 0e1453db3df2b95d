"""Regulation, its end, and single faults with dead software, against decks 01, 03, 04, 08 and 10."""

import pytest
from bench_rig import Rig, armed, deck_bench, treated

from appliance.sim.history import KEPT


@pytest.mark.parametrize(
    ("set_ma", "loop_ohm", "ma"),
    [(0.5, 2088, 0.5), (5, 6000, 5.0), (15, 2088, 15.0), (15, 4000, 11.2981), (25, 2088, 21.3003), (30, 1000, 29.25)],
)
def test_regulation_and_where_46_v_end(set_ma: float, loop_ohm: float, ma: float) -> None:
    rig = deck_bench(volts=46.0, set_ma=set_ma, recovery_us=0.0, limiter=True, loop_ohm=loop_ohm)
    rig.bench.act("latch_dead")
    rig.run_ms(100)
    assert rig.bench.circuit.current_a * 1000.0 == pytest.approx(ma, rel=0.007)
    assert rig.bench.felt.window.peak_ma <= max(set_ma, 29.5) * 1.001


def settled(rig: Rig, ms: float = 30.0) -> float:
    rig.run_ms(ms)
    return rig.bench.true_ma


@pytest.mark.parametrize(
    ("volts", "loop_ohm", "peak_ma", "end_ma"), [(37.6, 2088, 22.0, 17.4), (46.0, 700, 29.4, 29.3)]
)
def test_a_shorted_transistor_is_bounded_by_the_limiter(
    volts: float, loop_ohm: float, peak_ma: float, end_ma: float
) -> None:
    rig = deck_bench(volts=volts, set_ma=15.0, recovery_us=0.0, limiter=True, loop_ohm=loop_ohm)
    rig.bench.felt.mark(rig.bench.now_ns)
    rig.bench.circuit.sink.shorted = True
    rig.bench.changed()
    assert settled(rig) == pytest.approx(end_ma, rel=0.02)
    assert rig.bench.felt.window.peak_ma == pytest.approx(peak_ma, rel=0.02)
    rig.dead_ms(32.0)  # the watchdog's window, software dead
    assert rig.bench.true_ma == 0.0


def test_without_a_limiter_the_latch_ends_a_shorted_transistor() -> None:
    rig = deck_bench(volts=46.0, set_ma=15.0, recovery_us=0.0, limiter=False, loop_ohm=700)
    rig.bench.circuit.sink.shorted = True
    rig.bench.changed()
    wave = rig.wave_ma(400)
    assert max(wave) == pytest.approx(62.0, abs=3.0)
    assert 30 < sum(ma > 1.0 for ma in wave) < 92  # deck 04: 92 us, of which Q2 takes 21 that are not modelled


@pytest.mark.parametrize(("volts", "loop_ohm", "end_ma"), [(37.6, 2088, 17.58), (46.0, 700, 29.25)])
def test_a_shorted_feedback_resistor(volts: float, loop_ohm: float, end_ma: float) -> None:
    rig = deck_bench(volts=volts, set_ma=15.0, recovery_us=0.0, limiter=True, loop_ohm=loop_ohm)
    rig.bench.parts.r_sense_ohm = 0.05
    rig.bench.changed()
    assert settled(rig) == pytest.approx(end_ma, rel=0.02)


@pytest.mark.parametrize(("volts", "loop_ohm", "end_ma"), [(37.6, 2088, 17.41), (46.0, 700, 29.25)])
def test_a_dac_stuck_at_full_scale(volts: float, loop_ohm: float, end_ma: float) -> None:
    rig = deck_bench(volts=volts, set_ma=15.0, recovery_us=0.0, limiter=True, loop_ohm=loop_ohm)
    rig.bench.act("dac_stuck", code=4095)
    assert settled(rig) == pytest.approx(end_ma, rel=0.02)


def test_an_open_sense_resistor_ends_the_current_at_once_and_trips() -> None:
    rig = treated()
    rig.bench.act("sense_open")
    assert max(rig.wave_ma(100)) == 0.0
    rig.run_ms(2)
    assert not rig.level("latch_tripped")


def test_a_shorted_sense_resistor_blinds_one_sensor_only() -> None:
    rig = treated()
    before_ma = rig.bench.true_ma
    rig.bench.act("sense_short")
    rig.run_ms(20)
    t_ns = rig.bench.now_ns
    assert rig.bench.true_ma == pytest.approx(before_ma, rel=1e-3)
    pins = rig.bench.front_end
    assert pins.return_v(0, t_ns - 1_200_000, t_ns) < 0.001
    assert pins.monitor_v(6, t_ns - 1_200_000, t_ns) / 80.4 * 1000.0 == pytest.approx(before_ma, rel=0.05)


def test_a_cut_takes_the_patient_to_zero_at_once() -> None:
    rig = treated(ma=15.0)
    rig.pin("enable", False)
    assert rig.bench.true_ma == 0.0
    rig.run_ms(25)
    assert not rig.bench.circuit.k1_closed
    assert rig.level("safety_relay_readback")


def test_both_dacs_at_mid_scale_do_nothing_while_the_output_is_off() -> None:
    rig = armed()
    rig.pin("enable", False)
    rig.bench.act("dac_midscale")
    rig.bench.felt.mark(rig.bench.now_ns)
    rig.run_ms(200)
    assert rig.bench.felt.window.peak_ma == 0.0


def test_both_dacs_at_mid_scale_with_the_output_on_give_15_ma() -> None:
    rig = armed()
    rig.bench.act("dac_midscale")
    rig.run_ms(3000)
    assert 4.0 < rig.bench.true_ma < 15.6


def test_a_setpoint_step_in_regulation_is_one_closed_step() -> None:
    rig = treated(ma=5.0)
    rig.bench.sync()
    before = len(rig.bench.circuit.history.segments)
    rig.set_ma(5.2)
    rig.bench.advance_to(rig.bench.now_ns + 4_000_000)
    rig.bench.sync()
    assert len(rig.bench.circuit.history.segments) <= before + 2 or before == KEPT
    assert rig.bench.regulated


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("set_a", [0.0, 1e-6, 5e-6])
def test_electrodes_that_push_back_against_no_volts_are_no_work(seed: int, set_a: float) -> None:
    """K1 closes at zero set and zero volts on hands that were just treated: nothing flows, and time passes quickly."""
    rig = treated(ma=4.0, seed=seed)
    rig.run_ms(2000)
    rig.pin("enable", False)
    rig.set_ma(0.0)
    rig.volts(0.0)
    rig.run_ms(200)
    circuit = rig.bench.circuit
    circuit.set_current(set_a * rig.bench.parts.r_sense_ohm / rig.bench.parts.set_divider)
    rig.pin("enable", True)
    rig.run_ms(30)
    circuit.history.segments.clear()
    rig.run_ms(50)
    rig.bench.sync()
    assert circuit.k1_closed
    assert circuit.patient_a == pytest.approx(0.0, abs=1e-6)
    assert len(circuit.history.segments) < 1000
