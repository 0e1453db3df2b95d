"""What the board says of itself: compliance voltage, DAC output, reference, ADC configuration."""

import pytest
from healthy import ENERGISED, STATES, healthy, next_tick, watch
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.monitors.loopback import AdcIdentity, ComplianceLoopback, DacLoopback, Reference
from appliance.safety.sample import State

NEAR = 1e-6
SAME_EVERY = 8  # ticks between two conversions of V_COMP or of DAC1's output


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("off", [-3.0, 3.0])
def test_a_voltage_that_was_not_asked_for_is_cut(state: State, off: float) -> None:
    s = healthy(state)
    assert s.compliance_v is not None
    s.compliance_v += off
    spoke = watch(ComplianceLoopback(), s, 2 * SAME_EVERY)
    if state in ENERGISED:
        assert spoke is not None
        assert 30 <= (spoke[0] - 1) * 5 <= 40  # ms since the first
        assert (spoke[1].code, spoke[1].reaction) == ("E305", "CUT")
    else:
        assert spoke is None


@given(asked=st.floats(0.0, 48.0), off=st.floats(-6.0, 6.0))
def test_the_voltage_may_be_off_by_half_a_volt_and_3_percent(asked: float, off: float) -> None:
    s = healthy()
    s.asked_compliance_v, s.compliance_v = asked, asked + off
    bound = 0.5 + 0.03 * asked
    if abs(abs(off) - bound) > NEAR:
        assert (watch(ComplianceLoopback(), s, SAME_EVERY + 1) is not None) == (abs(off) > bound)


def test_two_conversions_40_ms_apart_are_enough() -> None:
    monitor, s = ComplianceLoopback(), healthy()
    spoke = []
    for tick in range(SAME_EVERY + 1):
        s.compliance_v = 47.0 if tick % SAME_EVERY == 0 else None
        next_tick(s)
        spoke.append(monitor.check(s) is not None)
    assert spoke.index(True) == SAME_EVERY


def test_one_reading_while_the_voltage_moves_is_forgiven() -> None:
    monitor, s = ComplianceLoopback(), healthy()
    asked = s.asked_compliance_v
    for _ in range(20):
        for compliance_v in (asked + 4.0, asked):
            s.compliance_v = compliance_v
            next_tick(s)
            assert monitor.check(s) is None


def test_what_was_seen_before_a_pause_does_not_count_after_it() -> None:
    monitor, s = ComplianceLoopback(), healthy()
    s.compliance_v = 47.0
    assert watch(monitor, s, 1) is None
    assert watch(monitor, healthy("PAUSED"), 1) is None
    assert watch(monitor, s, 1) is None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("off", [-100.0, 100.0])
def test_an_output_chip_that_does_not_follow_is_cut(state: State, off: float) -> None:
    s = healthy(state)
    assert s.set_volts_code is not None
    s.set_volts_code += off
    spoke = watch(DacLoopback(), s, 4)
    if state in ENERGISED:
        assert spoke is not None
        assert spoke[0] == 2
        assert (spoke[1].code, spoke[1].reaction) == ("E304", "CUT")
    else:
        assert spoke is None


@given(code=st.integers(0, 3413), gain=st.floats(-0.02, 0.02), offset=st.floats(-0.0075, 0.0075))
def test_no_chip_within_its_data_sheet_is_called_faulty(code: int, gain: float, offset: float) -> None:
    s = healthy()
    s.set_code, s.set_volts_code = code, code * (1 + gain) + offset * 4096
    assert watch(DacLoopback(), s, 10) is None


@pytest.mark.parametrize(("code", "reads"), [(2048, 4095), (2048, 0), (41, 2048), (3413, 2048)])
def test_a_stuck_or_mid_scale_chip_is_found(code: int, reads: float) -> None:
    s = healthy()
    s.set_code, s.set_volts_code = code, reads
    assert watch(DacLoopback(), s, 2) is not None


@given(offset=st.floats(-0.0015, 0.0015), bow=st.floats(-10.0, 10.0), gain=st.floats(-0.02, 0.02))
def test_no_board_that_passes_its_self_test_is_cut_for_its_reference(offset: float, bow: float, gain: float) -> None:
    """Offset and non-linearity weigh more at 3 mA than at 25 mA: that is no drift (parts of the hardware design, 2)."""

    def reads(code: int) -> float:
        x = code / 4096
        return code * (1 + gain) + offset * 4096 + 4 * x * (1 - x) * bow

    monitor, s = Reference(), healthy("RAMP_UP")
    for step in range(0, 3420, 20):
        s.set_code, s.set_volts_code = step, reads(step)
        assert watch(monitor, s, 2) is None
    s.state = "HOLD"
    for step in range(3413, 100, -20):
        s.set_code, s.set_volts_code = step, reads(step)
        assert watch(monitor, s, 2) is None, f"code {step}"


@pytest.mark.parametrize("code", [1365, 2048, 3413])  # 10, 15 and 25 mA
@pytest.mark.parametrize("drift", [-0.02, 0.02])
def test_a_reference_that_drifts_under_the_patient_is_cut(code: int, drift: float) -> None:
    monitor, s = Reference(), healthy("RAMP_UP")
    for step in range(0, code + 1, 5):
        s.set_code, s.set_volts_code = step, step * 1.013
        assert watch(monitor, s, 1) is None
    s.state = "HOLD"
    s.set_code, s.set_volts_code = code, code * 1.013
    assert watch(monitor, s, 10) is None
    s.set_volts_code = code * 1.013 * (1 + drift)
    spoke = watch(monitor, s, 4)
    assert spoke is not None
    assert spoke[0] == 2
    assert (spoke[1].code, spoke[1].reaction) == ("E306", "CUT")


def test_the_reference_is_remembered_over_a_pause_and_forgotten_after_the_session() -> None:
    monitor, s = Reference(), healthy()
    assert watch(monitor, s, 2) is None
    for state in ("PAUSED", "CONTACT"):
        assert watch(monitor, healthy(state), 2) is None
    s.set_volts_code = s.set_code * 1.03
    assert watch(monitor, s, 2) is not None
    for state in ("DONE", "IDLE"):
        assert watch(monitor, healthy(state), 1) is None
    assert watch(monitor, s, 10) is None


@pytest.mark.parametrize("state", STATES)
def test_a_converter_that_lost_its_configuration_is_cut_in_any_state(state: State) -> None:
    s = healthy(state)
    assert AdcIdentity().check(s) is None
    s.config_ok = None  # not read back this tick
    assert AdcIdentity().check(s) is None
    s.config_ok = False
    trip = AdcIdentity().check(s)
    assert trip is not None
    assert (trip.code, trip.reaction) == ("E205", "CUT")
