"""What a calibration leaves of a board's tolerances, and what it refuses; on the real drivers and the virtual clock."""

from collections.abc import Callable

import pytest
from virtual_board import NUMBERS, TODAY, Rig, rig

from appliance.errors import ConfigError, InterlockError, IontoError
from appliance.hal.calibration import PROBES_MA
from appliance.hal.scales import Scales
from appliance.service.calibrate import Calibrator, InstantMeter
from appliance.sim.protection import Protection


def at_zero(r: Rig) -> bool:
    """No current anywhere, and none can come: ENABLE low, the patient's relay open or welded with nothing behind it."""
    r.bench.advance_to(r.bench.now_ns + 50_000_000)
    enable = r.bench.pins.read(NUMBERS.pin.enable.gpio)
    welded = r.bench.relays.welded
    return r.bench.meter_ma() < 0.001 and not enable and (welded or not r.bench.relays.k1_closed)


@pytest.mark.parametrize("seed", range(1, 21))
def test_set_return_and_source_are_true_afterwards(seed: int) -> None:
    r = rig(seed)
    found = r.calibrate().calibration
    scales = Scales(NUMBERS, found)
    load = r.dummy_load()
    for asked_ma in (2.0, 10.0, 25.0):
        reading = load.read(scales.set_code(asked_ma), asked_ma)
        true_ma = r.bench.meter_ma()
        allowed_ma = 0.0025 * true_ma + 0.005
        assert asked_ma == pytest.approx(true_ma, abs=allowed_ma)
        assert found.return_.gain * reading.return_ma + found.return_.offset_ma == pytest.approx(
            true_ma, abs=allowed_ma
        )
        assert found.source.gain * reading.source_ma + found.source.offset_ma == pytest.approx(true_ma, abs=allowed_ma)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_probe_is_within_a_code_of_its_current(seed: int) -> None:
    r = rig(seed)
    codes = r.calibrate().calibration.probe_codes
    load = r.dummy_load()
    for probe_ma, code in zip(PROBES_MA, codes, strict=True):
        load.read(code, probe_ma)
        assert r.bench.meter_ma() == pytest.approx(probe_ma, abs=NUMBERS.dac.set.ma_per_code)


def test_the_meter_is_asked_once_a_point_for_what_the_board_reads() -> None:
    r = rig()
    asked: list[float] = []

    class Told:
        def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
            asked.append(expected_ma)
            assert expected_ma == pytest.approx(r.bench.meter_ma(), rel=0.01)
            return r.bench.meter_ma()

    r.calibrate(Told())
    assert asked == [pytest.approx(2.0, rel=0.1), pytest.approx(25.0, rel=0.1)]


def test_the_result_shows_what_was_wrong_and_what_is_left() -> None:
    r = rig(5)
    outcome = r.calibrate()
    assert [(row.asked_ma, row.by_meter) for row in outcome.rows] == [(2.0, True), (10.0, False), (25.0, True)]
    for row in outcome.rows:
        assert abs(row.after.set_ma) < abs(row.before.set_ma)
        assert abs(row.after.source_ma) < 0.003
    assert outcome.calibration.residual_ma == max(abs(row.after.set_ma) for row in outcome.rows)
    assert (outcome.calibration.simulated, outcome.calibration.wall_date) == (True, TODAY.wall_date)
    assert (outcome.calibration.clock_trusted, outcome.calibration.proved_ma) == (True, 25.0)


def test_a_second_calibration_is_compared_with_the_first() -> None:
    r = rig(5)
    first = r.calibrate()
    calibrator = Calibrator(r.board, NUMBERS, r.bench.clock, InstantMeter(r.bench.meter_ma), lambda _: None)
    second = calibrator.run(TODAY, first.calibration)
    for was, now in zip(first.rows, second.rows, strict=True):
        assert now.before.set_ma == pytest.approx(was.after.set_ma, abs=0.002)


def test_no_current_reaches_the_patient_and_none_is_left() -> None:
    r = rig()
    r.bench.act("hands_in")
    said: list[str] = []
    r.calibrate(said=said)
    assert at_zero(r)
    assert r.bench.felt.charge_mc == 0.0
    assert any("25 mA" in line for line in said)


@pytest.mark.parametrize(
    ("action", "params", "code", "named"),
    [
        ("sense_short", {}, "E511", "R_M"),
        ("sense_open", {}, "E404", "over-current"),
        ("dac_stuck", {"code": 2000}, "E511", "DAC1"),
        ("adc_freeze", {}, "E511", "return"),
        ("adc_swap", {}, "E511", "return"),
        ("estop", {}, "E401", "red switch"),
        ("relay_weld", {}, "E402", "K1"),
        ("i2c_nack", {"address": NUMBERS.adc.return_.address}, "E206", "return ADC"),
        ("i2c_nack", {"address": NUMBERS.dac.set.address}, "E311", "DAC1"),
    ],
)
def test_a_faulty_board_is_refused_by_name_and_left_at_zero(
    action: str, params: dict[str, int], code: str, named: str
) -> None:
    r = rig()
    r.bench.act(action, **params)
    with pytest.raises(IontoError) as caught:
        r.calibrate()
    assert caught.value.code == code
    assert named in caught.value.message
    assert at_zero(r)


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("estop", {}, "E401"),
        ("supply_drop", {}, "E404"),
        ("i2c_hang", {}, "E311"),
    ],
)
def test_what_happens_at_25_ma_ends_it_at_zero(action: str, params: dict[str, int], code: str) -> None:
    r = rig()

    class Surprised(InstantMeter):
        def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
            if expected_ma > 20.0:
                r.bench.act(action, **params)
                tick()
            return super().read(expected_ma, tick)

    with pytest.raises(IontoError) as caught:
        r.calibrate(Surprised(r.bench.meter_ma))
    assert caught.value.code == code
    assert at_zero(r)


@pytest.mark.parametrize(("factor", "named"), [(1.045, r"set\.gain"), (1.08, "10 mA were set .* check DAC1")])
def test_a_board_beyond_the_bounds_is_refused_whatever_the_meter_says(factor: float, named: str) -> None:
    r = rig()
    r.bench.parts.set_dac.volts_per_code *= factor
    with pytest.raises(ConfigError, match=f"E511.*{named}"):
        r.calibrate()
    assert at_zero(r)


def test_a_meter_that_is_wrong_is_refused() -> None:
    r = rig()
    with pytest.raises(ConfigError, match=r"E511.*gain"):
        r.calibrate(InstantMeter(lambda: r.bench.meter_ma() * 1.05))
    assert at_zero(r)


def test_a_latch_that_stays_tripped_points_to_the_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Protection, "latch_reset", lambda *_: None)
    r = rig()
    with pytest.raises(InterlockError, match="ionto selftest"):
        r.calibrate()
    assert at_zero(r)


def ends_after(ticks: int) -> Callable[[], None]:
    left = iter(range(ticks))

    def look() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return look


def test_whoever_looks_on_can_end_it_at_any_tick() -> None:
    for tick in (0, 30, 200, 600):
        r = rig()
        meter = InstantMeter(r.bench.meter_ma)
        calibrator = Calibrator(r.board, NUMBERS, r.bench.clock, meter, lambda _: None, ends_after(tick))
        with pytest.raises(KeyboardInterrupt):
            calibrator.run(TODAY)
        assert at_zero(r)


def test_a_program_that_comes_late_measures_the_same() -> None:
    """Each conversion is waited for, also when the tick before it took too long."""
    r = rig(5)
    ticks = iter(range(10**6))

    def stall() -> None:
        if next(ticks) % 7 == 0:
            r.bench.advance_to(r.bench.now_ns + 8_000_000)

    meter = InstantMeter(r.bench.meter_ma)
    found = Calibrator(r.board, NUMBERS, r.bench.clock, meter, lambda _: None, stall).run(TODAY).calibration
    best = rig(5).calibrate().calibration
    assert found.source.gain == pytest.approx(best.source.gain, abs=0.0003)
    assert found.source.offset_ma == pytest.approx(best.source.offset_ma, abs=0.002)
