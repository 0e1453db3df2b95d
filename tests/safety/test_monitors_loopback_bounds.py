"""Where a loop-back forgets: after a pause, a session, and one good conversion between two bad ones."""

import pytest
from healthy import healthy, next_tick

from appliance.safety.monitors.loopback import ComplianceLoopback, Reference
from appliance.safety.sample import Sample


def shown(monitor: ComplianceLoopback, s: Sample, volts: list[float | None]) -> bool:
    found = False
    for v in volts:
        next_tick(s, 8)
        s.compliance_v = v
        found = found or monitor.check(s) is not None
    return found


def test_one_good_conversion_ends_a_beginning_deviation() -> None:
    s = healthy()
    asked_v = s.asked_compliance_v
    assert shown(ComplianceLoopback(), s, [asked_v + 5.0, asked_v + 5.0])
    assert not shown(ComplianceLoopback(), s, [asked_v + 5.0, asked_v, asked_v + 5.0, asked_v])


def test_a_deviation_before_a_pause_is_no_beginning_of_one_after_it() -> None:
    monitor, s = ComplianceLoopback(), healthy()
    asked_v = s.asked_compliance_v
    assert not shown(monitor, s, [asked_v + 5.0])
    s.enabled = False
    assert not shown(monitor, s, [0.0])
    s.enabled = True
    assert not shown(monitor, s, [asked_v + 5.0])
    assert shown(monitor, s, [asked_v + 5.0])


def drifted(monitor: Reference, s: Sample, share: float, conversions: int) -> int | None:
    """Which conversion trips when DAC1 gives so much of what its code says."""
    for at in range(1, conversions + 1):
        next_tick(s, 8)
        s.set_volts_code = share * s.set_code
        if monitor.check(s) is not None:
            return at
    return None


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_a_gain_that_was_there_from_the_first_conversion_is_no_drift(share: float) -> None:
    """Calibration has it; the very first conversion is what the others are compared with."""
    assert drifted(Reference(), healthy(), share, 50) is None


def test_a_drift_takes_two_conversions_and_a_new_session_takes_two_again() -> None:
    monitor, s = Reference(), healthy()
    assert drifted(monitor, s, 1.0, 3) is None
    assert drifted(monitor, s, 1.03, 3) == 2
    s.state = "IDLE"
    monitor.check(s)
    s.state = "HOLD"
    assert drifted(monitor, s, 1.03, 20) is None
    assert drifted(monitor, s, 1.0, 3) == 2
