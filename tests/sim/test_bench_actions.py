"""The bench as a whole: every action, time, chips over the bus, seeds, snapshots."""

import pytest
from bench_rig import BOARD, MS, Rig, armed, treated

from appliance.errors import ConfigError
from appliance.hal.ports import Clock, I2cTransport, PinPort
from appliance.sim.actions import ACTIONS
from appliance.sim.bench import Bench

RETURN, MONITOR = BOARD.adc.return_.address, BOARD.adc.source.address


def return_ma(rig: Rig) -> float:
    counts = int.from_bytes(rig.bench.i2c.transfer(RETURN, b"\x00", 2), "big", signed=True)
    return counts * BOARD.adc.return_.ma_per_lsb


def monitor(rig: Rig, config: int) -> int:
    rig.bench.i2c.transfer(MONITOR, bytes((1, config >> 8, config & 0xFF)), 0)
    rig.run_ms(2)
    return int.from_bytes(rig.bench.i2c.transfer(MONITOR, b"\x00", 2), "big", signed=True)


def configured(rig: Rig) -> Rig:
    config = BOARD.adc.return_.config
    rig.bench.i2c.transfer(RETURN, bytes((1, config >> 8, config & 0xFF)), 0)
    rig.run_ms(3)
    return rig


def test_every_action_of_the_table_can_happen() -> None:
    for name, action in ACTIONS.items():
        for case in action.cases or ({},):
            rig = treated(ma=1.0)
            rig.bench.act(name, **case)
            rig.dead_ms(200)
            assert abs(rig.bench.true_ma) < 31.0, (name, case)


def test_a_wrong_action_or_parameter_is_refused() -> None:
    bench = Bench(BOARD, phenotype="typical_palm")
    with pytest.raises(ConfigError, match=r"E504.*explode"):
        bench.act("explode")
    with pytest.raises(ConfigError, match="over_s"):
        bench.act("hands_out", over_s=-1.0)


def test_the_chips_see_the_circuit() -> None:
    rig = configured(treated(ma=10.0, volts=40.0))
    ma, volts = rig.bench.true_ma, rig.bench.true_volts
    assert return_ma(rig) == pytest.approx(ma, rel=0.03)
    assert monitor(rig, BOARD.adc.source.config) * BOARD.adc.source.ma_per_lsb == pytest.approx(ma, rel=0.03)
    patient, supply = BOARD.adc.patient_volts, BOARD.adc.compliance_volts
    assert monitor(rig, patient.config) * patient.v_per_count == pytest.approx(volts, rel=0.03)
    assert monitor(rig, supply.config) * supply.v_per_count == pytest.approx(40.0, rel=0.025)
    dac = monitor(rig, BOARD.adc.set_volts.config) * BOARD.adc.set_volts.v_per_count
    assert dac == pytest.approx(rig.bench.circuit.set_dac_v, rel=0.005)


def test_source_and_return_differ_by_the_volts_tap() -> None:
    rig = treated(ma=15.0, volts=40.0)
    rig.run_ms(50)
    circuit = rig.bench.circuit
    tap_ua = (circuit.source_a - circuit.current_a) * 1e6
    assert 10.0 < tap_ua < 32.0


def test_transfers_take_their_time_on_the_wires_and_none_in_real_time() -> None:
    for real_time, took in ((False, True), (True, False)):
        bench = Bench(BOARD, phenotype="typical_palm", real_time=real_time)
        bench.i2c.transfer(RETURN, b"\x00", 2)
        assert (bench.now_ns > 0) is took


def test_the_clock_is_the_benchs_time() -> None:
    bench = Bench(BOARD, phenotype="typical_palm", start_ns=7 * MS)
    clock: Clock = bench.clock
    assert clock.now_ns() == 7 * MS
    clock.sleep_until_ns(9 * MS)
    assert bench.now_ns == clock.now_ns() == 9 * MS
    clock.sleep_until_ns(1 * MS)
    assert clock.now_ns() == 9 * MS
    ports: tuple[I2cTransport, PinPort] = (bench.i2c, bench.pins)
    assert all(ports)


def story(seed: int, ma: float = 5.0) -> list[float]:
    rig = treated(ma=ma, seed=seed)
    configured(rig)
    points = []
    for _ in range(40):
        rig.run_ms(5)
        points += [rig.bench.true_ma, rig.bench.true_volts, return_ma(rig)]
    return points


def test_the_same_seed_is_the_same_bench() -> None:
    assert story(11) == story(11)
    assert story(11) != story(12)


def test_looking_often_or_rarely_shows_the_same_patient() -> None:
    often, rarely = treated(ma=5.0, seed=4), treated(ma=5.0, seed=4)
    for _ in range(400):
        often.run_ms(5)
        _ = often.bench.true_volts
    rarely.run_ms(2000)
    assert rarely.bench.true_volts == pytest.approx(often.bench.true_volts, rel=2e-3)
    assert rarely.bench.felt.charge_mc == pytest.approx(often.bench.felt.charge_mc, rel=1e-4)


def test_a_snapshot_lives_the_same_future() -> None:
    rig = treated(ma=5.0, seed=6)
    kept = rig.bench.snapshot()
    futures = []
    for _ in range(2):
        again = Rig(Bench.restore(kept))
        again.bench.act("lift", to_area_cm2=20.0, over_s=0.5)
        again.run_ms(700)
        futures.append((again.bench.true_ma, again.bench.true_volts, again.bench.felt.total))
    assert futures[0] == futures[1]
    assert rig.bench.true_ma == pytest.approx(5.0, abs=0.2)


def test_tolerances_are_of_the_seed_and_within_what_calibration_accepts() -> None:
    errors = []
    for seed in range(12):
        rig = treated("cable_short", 10.0, 10.0, seed=seed)
        errors.append(rig.bench.true_ma - 10.0)
    assert max(abs(error) for error in errors) < 10.0 * BOARD.calibration.max_gain_error + 0.35
    assert max(errors) - min(errors) > 0.05


def test_code_zero_leaves_next_to_nothing() -> None:
    for seed in range(20):
        rig = armed("cable_short", seed=seed)
        rig.volts(5.0)
        rig.run_ms(50)
        assert 0.0 <= rig.bench.true_ma < 0.05


def test_pedal_and_trays_are_seen_on_their_lines() -> None:
    rig = armed()
    rig.bench.act("pedal", hold_s=0.3)
    assert rig.level("foot_pedal")
    rig.run_ms(310)
    assert not rig.level("foot_pedal")
    rig.bench.act("tray_out", side="right")
    assert rig.level("tray_right") and not rig.level("tray_left")
    rig.bench.act("tray_out", side="right", back=True)
    assert not rig.level("tray_right")


def test_a_flickering_lead_opens_as_often_as_asked() -> None:
    rig = treated(ma=5.0)
    rig.kick()
    rig.bench.act("lead_flicker", ms=2.0, count=3)
    closed = []
    for _ in range(30):
        rig.dead_ms(0.5)
        closed.append(rig.bench.true_ma > 0.0)
    assert sum(a and not b for a, b in zip([True, *closed], closed, strict=False)) == 3
    assert closed[-1]


def test_faults_of_the_bus_and_the_chips() -> None:
    rig = configured(treated(ma=5.0))
    rig.bench.act("i2c_nack", address=RETURN)
    with pytest.raises(OSError, match="acknowledge"):
        return_ma(rig)
    rig.bench.act("i2c_nack", address=RETURN, restore=True)
    assert return_ma(rig) == pytest.approx(5.0, abs=0.3)
    rig.bench.act("adc_freeze")
    frozen = return_ma(rig)
    rig.set_ma(2.0)
    rig.run_ms(20)
    assert return_ma(rig) == frozen
    rig.bench.act("i2c_hang")
    with pytest.raises(TimeoutError):
        return_ma(rig)


def test_a_reset_adc_reads_zero_and_swapped_ones_read_each_other() -> None:
    rig = configured(treated(ma=5.0))
    rig.bench.act("adc_reset")
    rig.run_ms(20)
    assert return_ma(rig) == 0.0
    configured(rig)
    rig.bench.act("adc_swap")
    rig.run_ms(20)
    assert return_ma(rig) != pytest.approx(5.0, abs=0.3)
