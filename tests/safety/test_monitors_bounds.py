"""Every bound of the monitors' table, from both sides: at the bound nothing speaks, a hair beyond it does."""

from math import inf, nextafter

import pytest
from healthy import healthy, next_tick, watch

from appliance.safety.monitors.current import Disagreement, Mismatch, OpenCircuit, OverSet, OverSite
from appliance.safety.monitors.interlock import PolarityRelay, SafetyRelay
from appliance.safety.monitors.loopback import ComplianceLoopback, DacLoopback, Reference
from appliance.safety.monitors.timing import LateTick
from appliance.safety.sample import State
from appliance.safety.trip import Monitor

TRAVEL_NS = 40_000_000
BOTH_SENSORS = ["return_ma", "source_ma"]


def above(value: float) -> float:
    return nextafter(value, inf)


def speaks(monitor: Monitor, ticks: int = 30, *, state: State = "HOLD", **fields: object) -> bool:
    """Whether it speaks when an otherwise healthy board shows these fields for some ticks."""
    s = healthy(state)
    for name, value in fields.items():
        setattr(s, name, value)
    return watch(monitor, s, ticks) is not None


# ------------------------------------------------------------ current


@pytest.mark.parametrize("sensor", BOTH_SENSORS)
def test_over_site_begins_above_the_ceiling_and_03_ma(sensor: str) -> None:
    quiet = {"site_ceiling_ma": 10.0, "return_ma": 10.0, "source_ma": 10.0}
    assert not speaks(OverSite(), **quiet | {sensor: 10.3})
    assert speaks(OverSite(), **quiet | {sensor: above(10.3)})


@pytest.mark.parametrize("sensor", BOTH_SENSORS)
@pytest.mark.parametrize(("set_ma", "most_ma"), [(0.0, 0.5), (4.0, 4.5), (10.0, 10.5), (20.0, 21.0)])
def test_over_set_begins_above_half_a_milliampere_or_5_percent(sensor: str, set_ma: float, most_ma: float) -> None:
    quiet = {"set_ma": set_ma, "return_ma": set_ma, "source_ma": set_ma}
    assert not speaks(OverSet(), **quiet | {sensor: most_ma})
    assert speaks(OverSet(), **quiet | {sensor: above(most_ma)})


@pytest.mark.parametrize("sensor", BOTH_SENSORS)
def test_one_reading_above_the_set_is_forgiven_by_each_sensor(sensor: str) -> None:
    monitor, s = OverSet(), healthy()
    for reading_ma in (15.0, 17.0, 15.0, 17.0, 15.0):
        setattr(s, sensor, reading_ma)
        next_tick(s)
        assert monitor.check(s) is None


@pytest.mark.parametrize(("set_ma", "apart_ma"), [(4.0, 0.5), (10.0, 0.5), (20.0, 1.0)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_disagreement_begins_above_half_a_milliampere_or_5_percent(set_ma: float, apart_ma: float, sign: int) -> None:
    quiet = {"set_ma": set_ma, "return_ma": set_ma}
    assert not speaks(Disagreement(), source_ma=set_ma + sign * apart_ma, **quiet)
    assert speaks(Disagreement(), source_ma=set_ma + sign * (apart_ma + 1e-9), **quiet)


@pytest.mark.parametrize(("set_ma", "apart_ma"), [(0.0, 0.4), (25.0, 1.0), (25.0, -1.0)])
def test_mismatch_begins_beyond_04_ma_or_4_percent(set_ma: float, apart_ma: float) -> None:
    quiet = {"set_ma": set_ma, "asked_compliance_v": 48.0, "patient_v": 20.0}
    assert not speaks(Mismatch(), return_ma=set_ma + apart_ma, **quiet)
    assert speaks(Mismatch(), return_ma=set_ma + apart_ma * (1 + 1e-9), **quiet)


@pytest.mark.parametrize(("left_v", "is_fault"), [(0.39, False), (0.41, True)])
def test_a_current_below_the_set_is_a_fault_from_04_v_of_room_beside_what_the_resistors_take(
    left_v: float, is_fault: bool
) -> None:
    """12 mA through the 75 ohm of the board's own chain are 0.9 V."""
    assert speaks(Mismatch(), return_ma=12.0, asked_compliance_v=40.0, patient_v=40.0 - 0.9 - left_v) is is_fault


def test_a_mismatch_is_found_before_the_patients_volts_were_ever_converted() -> None:
    assert speaks(Mismatch(), return_ma=12.0, patient_v=None, asked_compliance_v=40.0)


def test_a_mismatch_before_a_pause_does_not_count_after_it() -> None:
    monitor, s = Mismatch(), healthy()
    s.return_ma = 14.0
    assert watch(monitor, s, 15) is None
    assert watch(monitor, healthy("PAUSED"), 40) is None
    spoke = watch(monitor, s, 40)
    assert spoke is not None
    assert spoke[0] == 21


def test_a_loop_is_open_from_a_set_of_095_ma_and_below_half_of_it() -> None:
    assert speaks(OpenCircuit(), set_ma=0.95, return_ma=0.0, source_ma=0.0)
    assert not speaks(OpenCircuit(), set_ma=nextafter(0.95, 0.0), return_ma=0.0, source_ma=0.0)
    less = nextafter(5.0, 0.0)
    assert speaks(OpenCircuit(), set_ma=10.0, return_ma=less, source_ma=less)
    assert not speaks(OpenCircuit(), set_ma=10.0, return_ma=5.0, source_ma=less)
    assert not speaks(OpenCircuit(), set_ma=10.0, return_ma=less, source_ma=5.0)


def test_a_loop_is_not_called_open_until_the_source_was_read_too() -> None:
    monitor, s = OpenCircuit(), healthy()
    s.return_ma, s.source_ma = 0.0, None
    assert watch(monitor, s, 20) is None
    s.source_ma = 0.0
    assert watch(monitor, s, 2) is not None
    s.return_ma = s.source_ma = 15.0
    assert watch(monitor, s, 2) is None
    s.return_ma, s.source_ma = 0.0, None  # what the source said before it was whole again is forgotten
    assert watch(monitor, s, 20) is None


# ------------------------------------------------------------ times


def test_relays_have_their_travel_time_to_the_nanosecond() -> None:
    for monitor, since, wrong in (
        (SafetyRelay(TRAVEL_NS), "enabled_since_ns", "relay_open"),
        (PolarityRelay(TRAVEL_NS), "polarity_since_ns", "reversed"),
    ):
        s = healthy()
        setattr(s, wrong, True)
        setattr(s, since, s.t_ns - TRAVEL_NS)
        assert monitor.check(s) is None
        s.t_ns += 1
        assert monitor.check(s) is not None


def test_a_tick_may_be_10_ms_late() -> None:
    assert not speaks(LateTick(), late_ns=10_000_000)
    assert speaks(LateTick(), late_ns=10_000_001)


# ------------------------------------------------------------ loop-back


@pytest.mark.parametrize(("asked_v", "off_v"), [(0.0, 0.5), (10.0, 0.8), (40.0, 1.7)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_v_comp_may_be_off_by_half_a_volt_and_3_percent(asked_v: float, off_v: float, sign: int) -> None:
    within, beyond = asked_v + sign * (off_v - 0.001), asked_v + sign * (off_v + 0.001)
    assert not speaks(ComplianceLoopback(), asked_compliance_v=asked_v, compliance_v=within)
    assert speaks(ComplianceLoopback(), asked_compliance_v=asked_v, compliance_v=beyond)


def test_v_comp_may_be_off_for_less_than_35_ms() -> None:
    """Two conversions are 40 ms apart, less the jitter of a tick."""
    s = healthy()
    s.compliance_v = 47.0
    spoke = watch(ComplianceLoopback(), s, 20)
    assert spoke is not None
    assert (spoke[0] - 1) * 5 == 35


def test_v_comp_at_its_bound_is_within_it() -> None:
    assert not speaks(ComplianceLoopback(), asked_compliance_v=0.0, compliance_v=0.5)


@pytest.mark.parametrize("monitor", [ComplianceLoopback(), DacLoopback(), Reference()])
def test_the_self_tests_own_codes_and_volts_are_no_fault(monitor: Monitor) -> None:
    """It goes through them on the dummy load and judges them itself."""
    s = healthy("SELF_TEST")
    s.enabled = True
    for code in (500, 2000, 600, 0):
        s.set_code, s.set_volts_code, s.compliance_v = code, 1000.0, 20.0
        assert watch(monitor, s, 10) is None


@pytest.mark.parametrize(("code", "apart"), [(0, 32.72), (2048, 83.92)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_output_chip_may_be_off_by_two_codes_and_its_data_sheet(code: int, apart: float, sign: int) -> None:
    assert not speaks(DacLoopback(), set_code=code, set_volts_code=code + sign * (apart - 0.01))
    assert speaks(DacLoopback(), set_code=code, set_volts_code=code + sign * (apart + 0.01))


def test_one_odd_conversion_of_the_output_chip_is_forgiven_and_forgotten() -> None:
    monitor, s = DacLoopback(), healthy()
    for off in (0.0, 200.0, 0.0, 200.0, 0.0):
        s.set_volts_code = s.set_code + off
        next_tick(s)
        assert monitor.check(s) is None
    s.set_volts_code = s.set_code + 200.0
    next_tick(s)
    assert monitor.check(s) is None
    assert watch(monitor, healthy("PAUSED"), 1) is None
    assert watch(monitor, s, 1) is None  # one before a pause and one after it are not two in a row


# ------------------------------------------------------------ reference


def reference_at(*readings: tuple[int, float]) -> bool:
    """Whether it speaks by the end of a session's readings: code, and volts per code. Each is seen twice."""
    monitor, s = Reference(), healthy()
    spoke = False
    for code, ratio in readings:
        s.set_code, s.set_volts_code = code, code * ratio
        spoke = watch(monitor, s, 2) is not None
    return spoke


def test_a_reference_may_move_by_1_percent_and_two_codes() -> None:
    assert not reference_at((2048, 1.0), (2048, 1.0109))
    assert reference_at((2048, 1.0), (2048, 1.0111))
    assert not reference_at((2048, 1.0), (2048, 1 / 1.011))
    assert reference_at((2048, 1.0), (2048, 1 / 1.012))


def test_a_reference_is_compared_from_code_400() -> None:
    assert not reference_at((400, 1.0), (400, 1.0149))
    assert reference_at((400, 1.0), (400, 1.0151))
    assert not reference_at((399, 1.0), (399, 1.03))


def test_what_the_chips_offset_does_to_a_smaller_code_is_no_drift() -> None:
    """18 codes of offset are 0.9 % of code 2000 and 4.5 % of code 400."""
    assert not reference_at((2000, 1.0), (400, 1.0505))
    assert reference_at((2000, 1.0), (400, 1.0515))


def test_a_reference_is_renewed_by_a_ramp_and_never_by_trim() -> None:
    assert reference_at((400, 1.0), (420, 1.009), (420, 1.018))
    assert not reference_at((400, 1.0), (421, 1.009), (421, 1.018))


def test_a_slow_drift_is_compared_with_where_it_began() -> None:
    assert reference_at(*((2048, 1.0 + 0.001 * n) for n in range(20)))


@pytest.mark.parametrize("state", ["IDLE", "SELF_TEST", "FAULT"])
def test_a_reference_is_forgotten_where_a_session_ends(state: State) -> None:
    monitor, s = Reference(), healthy()
    assert watch(monitor, s, 2) is None
    assert watch(monitor, healthy(state), 1) is None
    assert s.set_volts_code is not None
    s.set_volts_code *= 1.1
    assert watch(monitor, s, 10) is None


def test_ticks_without_a_conversion_neither_count_nor_forget_a_drift() -> None:
    monitor, s = Reference(), healthy()
    spoke = []
    for tick in range(25):
        s.set_volts_code = None if tick % 8 else s.set_code * (1.0 if tick == 0 else 1.03)
        next_tick(s)
        spoke.append(monitor.check(s) is not None)
    assert spoke.index(True) == 16
