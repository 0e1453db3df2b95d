"""What sets the current: DACs, their reference, the sink. What is felt, and what DAC1's own loopback says of it."""

import pytest
from bench_rig import BOARD, Rig, armed, dac_out_v, marked, measuring, return_ma, supply_v, treated

SET, COMPLIANCE = BOARD.dac.set.address, BOARD.dac.compliance.address


def registers(rig: Rig, address: int) -> tuple[int, int]:
    """Code and power-down as the chip reads back."""
    data = rig.bench.i2c.transfer(address, b"", 3)
    return data[1] << 4 | data[2] >> 4, data[0] >> 1 & 3


def test_a_stuck_dac_drives_its_code_and_reads_back_what_was_written() -> None:
    rig = treated("very_sweaty_palm", ma=5.0)
    rig.bench.act("dac_stuck", code=2730)
    rig.set_ma(1.0)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(20.0, rel=0.05)
    assert registers(rig, SET)[0] == round(1.0 / BOARD.dac.set.ma_per_code)


@pytest.mark.parametrize(("code", "volts"), [(4095, 47.5), (0, 0.0)])
def test_a_stuck_compliance_dac_leaves_v_comp_at_its_end(code: int, volts: float) -> None:
    rig = measuring(treated(ma=2.0, volts=20.0))
    rig.bench.act("compliance_stuck", code=code)
    rig.run_ms(30)
    assert supply_v(rig) == pytest.approx(volts, abs=1.0)
    rig.volts(20.0)
    rig.run_ms(30)
    assert supply_v(rig) == pytest.approx(volts, abs=1.0)
    assert rig.bench.true_ma == pytest.approx(2.0 if code else 0.0, abs=0.1)


def test_a_stuck_bit_of_the_dac_is_felt() -> None:
    rig = treated("very_sweaty_palm", ma=2.0)
    rig.bench.act("dac_bit_stuck", bit=11)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(2.0 + 2048 * BOARD.dac.set.ma_per_code, rel=0.05)
    assert registers(rig, SET)[0] < 2048
    rig = treated("very_sweaty_palm", ma=17.0, volts=30.0)
    rig.bench.act("dac_bit_stuck", bit=11, high=False)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(17.0 - 2048 * BOARD.dac.set.ma_per_code, abs=0.4)


def test_dacs_that_wake_at_mid_scale_set_15_ma_at_once() -> None:
    rig = treated("very_sweaty_palm", ma=1.0, volts=20.0)
    rig.bench.act("dac_midscale")
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(15.0, rel=0.05)
    assert rig.bench.circuit.compliance_v == pytest.approx(24.0, rel=0.03)


def test_an_unprovisioned_dac_is_found_at_the_next_reset() -> None:
    rig = treated("very_sweaty_palm", ma=5.0, volts=35.0)
    rig.bench.act("dac_unprovisioned")
    rig.run_ms(50)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.bench.act("dac_reset")
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(15.0, rel=0.05)


def test_a_reset_dac_wakes_at_nothing_and_a_reset_compliance_takes_the_volts() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("dac_reset")
    rig.run_ms(5)
    assert rig.bench.true_ma < 0.05
    assert registers(rig, SET) == (0, 1)
    rig = treated(ma=5.0, volts=40.0)
    rig.bench.act("dac_reset", dac="compliance")
    rig.run_ms(30)
    assert rig.bench.true_ma < 0.5
    assert rig.bench.circuit.compliance_v < 1.0


def test_a_general_call_resets_every_chip_on_the_bus() -> None:
    rig = measuring(treated(ma=5.0))
    rig.bench.act("general_call")
    rig.run_ms(20)
    assert rig.bench.true_ma < 0.05
    assert registers(rig, SET) == registers(rig, COMPLIANCE) == (0, 1)
    assert return_ma(rig) == 0.0


def test_a_general_call_wakes_a_dac_that_was_powered_down() -> None:
    rig = armed("very_sweaty_palm")
    rig.volts(20.0)
    rig.bench.i2c.transfer(SET, bytes((0x10 | 1365 >> 8, 1365 & 0xFF)), 0)  # PD = 01, code 1365
    rig.run_ms(20)
    assert rig.bench.true_ma < 0.05
    rig.bench.act("general_call", command="wake")
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.05)


def test_a_drifting_dac_is_felt_slowly_and_shows_in_its_own_output() -> None:
    rig = treated("very_sweaty_palm", ma=10.0)
    before_v = dac_out_v(rig)
    rig.bench.act("dac_drift", gain_share=0.2, over_s=1.0)
    rig.run_ms(500)
    half_ma = rig.bench.true_ma
    rig.run_ms(600)
    assert 10.6 < half_ma < 11.6 < rig.bench.true_ma == pytest.approx(12.0, rel=0.03)
    assert dac_out_v(rig) == pytest.approx(before_v * 1.2, rel=0.02)
    rig.bench.act("dac_drift", gain_share=0.0, offset_codes=200.0, over_s=0.0)
    rig.run_ms(10)
    assert rig.bench.true_ma == pytest.approx(12.0 + 200 * BOARD.dac.set.ma_per_code, rel=0.03)


def test_a_drifting_reference_moves_set_volts_and_trips_together() -> None:
    rig = treated("very_sweaty_palm", ma=10.0, volts=20.0)
    trip_v = rig.bench.circuit.comparators.return_trip_v
    rig.bench.act("vref_drift", share=0.2)
    rig.run_ms(30)
    assert rig.bench.true_ma == pytest.approx(12.0, rel=0.04)
    assert rig.bench.circuit.compliance_v == pytest.approx(24.0, rel=0.04)
    assert rig.bench.circuit.comparators.return_trip_v == pytest.approx(trip_v * 1.2)


def test_a_low_reference_trips_earlier() -> None:
    rig = treated("very_sweaty_palm", ma=24.0, volts=45.0)
    rig.bench.act("vref_drift", share=-0.3)
    rig.run_ms(10)
    assert rig.level("latch_tripped")  # the set fell with it
    rig.code(4095)
    rig.run_ms(10)
    assert rig.bench.felt.peak_ma < 25.0


def test_an_open_divider_sets_six_times_the_current_behind_a_dac_that_reads_right() -> None:
    rig = treated("very_sweaty_palm", ma=2.0, volts=30.0)
    before_v = dac_out_v(rig)
    rig.bench.act("set_divider_open")
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(13.0, rel=0.05)
    assert dac_out_v(rig) == pytest.approx(before_v, rel=0.01)
    rig.bench.act("set_wire_open")
    rig.run_ms(20)
    assert rig.bench.true_ma < 0.03  # the volts tap's share
    assert dac_out_v(rig) == pytest.approx(before_v, rel=0.01)


def test_a_shorted_sink_passes_what_limiter_and_volts_give() -> None:
    rig = treated("very_sweaty_palm", ma=5.0, volts=46.0)
    rig.bench.act("latch_dead")
    rig.bench.act("sink_short")
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(min(rig.bench.parts.limiter_ma, 46.0), rel=0.03)


def test_an_open_sink_gives_nothing_and_the_volts_wait() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("sink_open")
    marked(rig).run_ms(50)
    assert rig.bench.felt.window.peak_ma == 0.0
    assert rig.level("latch_tripped")


def test_without_its_clamp_the_sink_needs_q2_to_cut() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("clamp_open")
    rig.pin("enable", False)
    assert rig.bench.true_ma == 0.0  # Q2 alone
    rig = treated(ma=5.0)
    rig.bench.act("clamp_open")
    rig.bench.act("high_side_short")
    rig.pin("enable", False)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.run_ms(BOARD.relay.release_ms)
    assert rig.bench.true_ma == 0.0  # K1
