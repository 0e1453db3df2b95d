"""Sensors that lie: what their register says, while what is felt stays as it was."""

import pytest
from bench_rig import (
    BOARD,
    Rig,
    configure,
    dac_out_v,
    measuring,
    patient_v,
    return_ma,
    source_ma,
    supply_v,
    treated,
    word,
)

RETURN, MONITOR = BOARD.adc.return_.address, BOARD.adc.source.address


def running(ma: float = 10.0) -> Rig:
    rig = measuring(treated(ma=ma, volts=40.0))
    rig.bench.patient.hum_share = 0.0
    return rig


def unfelt(rig: Rig, ma: float = 10.0) -> bool:
    return rig.bench.true_ma == pytest.approx(ma, rel=0.04)


def test_an_open_return_sense_resistor_ends_the_current_and_trips_the_latch() -> None:
    rig = running()
    rig.bench.act("sense_open")
    assert rig.bench.true_ma == 0.0
    rig.dead_ms(1)
    assert not rig.level("latch_tripped")


def test_a_shorted_return_sense_resistor_reads_nothing() -> None:
    rig = running()
    rig.bench.act("sense_short")
    rig.run_ms(20)
    assert return_ma(rig) < 0.1
    assert source_ma(rig) == pytest.approx(10.0, rel=0.04)
    assert unfelt(rig)


def test_an_open_feedback_resistor_shuts_the_sink_and_trips_nothing() -> None:
    rig = running()
    rig.bench.act("feedback_open")
    assert max(rig.wave_ma(50)) == 0.0
    rig.run_ms(50)
    assert rig.level("latch_tripped")
    assert return_ma(rig) < 0.1


def test_a_shorted_feedback_resistor_leaves_volts_and_limiter_to_decide() -> None:
    rig = running()
    rig.bench.act("feedback_short")
    rig.run_ms(30)
    assert rig.bench.true_ma > 12.0
    assert return_ma(rig) == pytest.approx(rig.bench.true_ma, rel=0.03)


def test_an_open_source_resistor_ends_the_current_and_its_amplifier_trips() -> None:
    rig = running()
    configure(rig, MONITOR, BOARD.adc.source.config)
    rig.bench.act("source_sense_open")
    assert rig.bench.true_ma == 0.0
    rig.dead_ms(2)
    assert not rig.level("latch_tripped")


def test_an_open_source_resistor_reads_the_end_of_its_scale() -> None:
    rig = running()
    rig.bench.act("latch_dead")
    rig.bench.act("source_sense_open")
    rig.run_ms(5)
    assert source_ma(rig) == pytest.approx(32767 * BOARD.adc.source.ma_per_lsb)
    assert rig.bench.true_ma == 0.0


def test_a_shorted_source_resistor_reads_nothing_and_blinds_comparator_b() -> None:
    rig = running()
    rig.bench.act("source_sense_short")
    rig.run_ms(20)
    assert source_ma(rig) < 0.3
    assert unfelt(rig)
    rig.bench.act("sense_short")
    rig.bench.act("limiter_short")
    rig.bench.act("sink_short")
    rig.dead_ms(10)
    assert rig.bench.true_ma > 14.0  # neither comparator sees it any more


def test_a_drifting_source_amplifier_reads_its_drift() -> None:
    rig = running()
    before_ma = source_ma(rig)
    rig.bench.act("source_drift", offset_ma=1.5)
    rig.run_ms(10)
    assert source_ma(rig) - before_ma == pytest.approx(1.5, abs=0.05)
    assert unfelt(rig)


def test_an_open_tap_reads_no_volts_and_a_shorted_one_clips_and_takes_current() -> None:
    rig = running()
    rig.bench.act("volts_tap_open")
    rig.run_ms(10)
    assert abs(patient_v(rig)) < 0.02
    assert source_ma(rig) == pytest.approx(return_ma(rig), abs=0.12)
    rig.bench.act("volts_tap_short")
    rig.run_ms(10)
    assert patient_v(rig) == pytest.approx(32767 * BOARD.adc.patient_volts.v_per_count)
    assert source_ma(rig) - return_ma(rig) > 0.25


def test_open_dividers_read_nothing_of_v_comp_and_of_dac1() -> None:
    rig = running()
    assert supply_v(rig) == pytest.approx(40.0, rel=0.03)
    assert dac_out_v(rig) > 1.0
    rig.bench.act("compliance_tap_open")
    rig.bench.act("set_tap_open")
    rig.run_ms(10)
    assert abs(supply_v(rig)) < 0.02
    assert abs(dac_out_v(rig)) < 0.02
    assert unfelt(rig)


@pytest.mark.parametrize("adc", ["return", "monitor"])
def test_a_frozen_adc_repeats_itself(adc: str) -> None:
    rig = running()
    source_ma(rig)
    rig.bench.act("adc_freeze", adc=adc)
    address = RETURN if adc == "return" else MONITOR
    frozen = word(rig, address)
    rig.set_ma(3.0)
    rig.run_ms(20)
    assert word(rig, address) == frozen
    assert unfelt(rig, 3.0)


@pytest.mark.parametrize("adc", ["return", "monitor"])
def test_a_browned_out_adc_reads_nothing_with_its_reset_configuration(adc: str) -> None:
    rig = running()
    rig.bench.act("adc_reset", adc=adc)
    rig.run_ms(20)
    address = RETURN if adc == "return" else MONITOR
    assert word(rig, address) == 0
    assert word(rig, address, 1) == 0x8583


def test_an_adc_at_its_reset_gain_reads_half_and_shows_it() -> None:
    rig = running()
    before_ma = return_ma(rig)
    rig.bench.act("adc_gain_reset")
    rig.run_ms(10)
    assert return_ma(rig) == pytest.approx(before_ma / 2.0, rel=0.01)
    assert word(rig, RETURN, 1) & 0x7FFF == BOARD.adc.return_.config & ~0x0E00 | 0x0400
    assert unfelt(rig)


def test_swapped_adcs_read_each_other() -> None:
    rig = running()
    rig.bench.act("adc_swap")
    rig.run_ms(20)
    assert word(rig, MONITOR) * BOARD.adc.return_.ma_per_lsb == pytest.approx(10.0, rel=0.04)
    assert return_ma(rig) == 0.0


def test_a_pointer_on_the_configuration_reads_2_21_ma_whatever_flows() -> None:
    rig = running()
    rig.bench.act("adc_pointer_stuck")
    for ma in (10.0, 3.0):
        rig.set_ma(ma)
        rig.run_ms(10)
        assert return_ma(rig) == pytest.approx(2.21, abs=0.005)
        assert unfelt(rig, ma)


@pytest.mark.parametrize(("high", "counts"), [(True, 32767), (False, -32768)])
def test_an_adc_tied_to_a_rail_clips(high: bool, counts: int) -> None:
    rig = running()
    rig.bench.act("adc_saturated", high=high)
    rig.run_ms(10)
    assert word(rig, RETURN) == counts
    assert unfelt(rig)


def test_an_adc_without_its_wire_reads_noise_about_zero() -> None:
    rig = running()
    rig.bench.act("adc_input_open")
    rig.run_ms(10)
    assert abs(return_ma(rig)) < 0.02
    assert unfelt(rig)


def test_a_stuck_bit_is_stuck_in_the_result_alone() -> None:
    rig = running()
    rig.bench.act("adc_bit_stuck", bit=15)
    rig.run_ms(10)
    assert return_ma(rig) < -30.0
    assert word(rig, RETURN, 1) & 0x7FFF == BOARD.adc.return_.config & 0x7FFF
    rig.bench.act("adc_bit_stuck", bit=12, high=False)
    rig.run_ms(10)
    assert word(rig, RETURN) & 0x1000 == 0
    assert unfelt(rig)


def test_an_adc_whose_reference_drifts_reads_its_share_more() -> None:
    rig = running()
    before_ma = return_ma(rig)
    rig.bench.act("adc_gain_drift", share=0.1)
    rig.run_ms(10)
    assert return_ma(rig) == pytest.approx(before_ma * 1.1, rel=0.01)
    assert unfelt(rig)


def test_a_stuck_multiplexer_answers_for_every_channel() -> None:
    rig = running()
    rig.bench.act("monitor_mux_stuck", channel="compliance")
    assert patient_v(rig) == pytest.approx(40.0, rel=0.03)
    assert source_ma(rig) == pytest.approx(2.5 / 80.4 * 1000.0, rel=0.03)
    assert word(rig, MONITOR, 1) & 0x7000 == BOARD.adc.source.config & 0x7000
