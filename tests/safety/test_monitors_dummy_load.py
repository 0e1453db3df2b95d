"""The self-test's current goes through the dummy load: an open loop or a closing K1 under it is a CUT at once."""

import pytest
from healthy import NOT_SELF_TEST, healthy, watch

from appliance.safety.monitors.dummy_load import DummyLoad
from appliance.safety.sample import Sample, State


def on_dummy(set_ma: float = 10.0) -> Sample:
    """On the dummy load, K1 held open by K3."""
    s = healthy("HOLD", set_ma=set_ma)
    s.state = "SELF_TEST"
    s.relay_open = True
    return s


def test_a_test_on_the_dummy_load_is_no_fault() -> None:
    assert watch(DummyLoad(), on_dummy(), 100) is None


@pytest.mark.parametrize("set_ma", [1.0, 2.0, 25.0, 30.0])
def test_an_open_loop_under_a_tests_current_is_cut_in_one_tick(set_ma: float) -> None:
    s = on_dummy(set_ma)
    s.return_ma = 0.49 * set_ma
    found = watch(DummyLoad(), s, 1)
    assert found is not None
    assert (found[1].code, found[1].reaction) == ("E338", "CUT")
    s.return_ma = 0.51 * set_ma
    assert watch(DummyLoad(), s, 10) is None


def test_a_probe_below_a_milliampere_may_be_off_by_its_offset() -> None:
    s = on_dummy(0.9)
    s.return_ma = 0.0
    assert watch(DummyLoad(), s, 10) is None


@pytest.mark.parametrize(("code", "volts"), [(10, 0.0), (0, 5.0), (3000, 40.0)])
def test_k1_that_closes_under_a_test_is_cut_in_one_tick(code: int, volts: float) -> None:
    s = on_dummy()
    s.set_code, s.asked_compliance_v = code, volts
    s.relay_open = False
    found = watch(DummyLoad(), s, 1)
    assert found is not None
    assert found[1].code == "E338"


def test_k1_may_close_and_open_when_nothing_is_asked_for() -> None:
    """The test of K1 itself, at zero current and zero volts."""
    s = on_dummy()
    s.set_code, s.set_ma, s.asked_compliance_v, s.return_ma = 0, 0.0, 0.0, 0.0
    s.relay_open = False
    assert watch(DummyLoad(), s, 10) is None


@pytest.mark.parametrize("state", sorted(NOT_SELF_TEST))
def test_a_patients_current_is_not_its_business(state: State) -> None:
    s = on_dummy()
    s.state = state
    s.return_ma, s.relay_open = 0.0, False
    assert watch(DummyLoad(), s, 10) is None


def test_a_latch_that_was_tripped_on_purpose_and_an_open_output_are_no_open_loop() -> None:
    for field in ("latch_tripped", "enabled"):
        s = on_dummy()
        s.return_ma = 0.0
        setattr(s, field, field == "latch_tripped")
        assert watch(DummyLoad(), s, 10) is None
