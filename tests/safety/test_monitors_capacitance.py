"""A hand that floats up while the skin softens: seen by its capacitance, and never where none leaves."""

from math import pi, sin

import pytest
from dither_model import BODIES, Ramp
from healthy import STATES, healthy

from appliance.safety.monitors.area import AreaLevel, AreaTrend, SkinResistance
from appliance.safety.monitors.capacitance import AreaCapacitance
from appliance.safety.trip import Trip


def leaving(over_s: float, from_s: float = 1.0):  # type: ignore[no-untyped-def]
    """The left hand's share in the water: it begins to leave at `from_s` of the ramp."""
    return lambda t_s: max(0.03, 1.0 - max(0.0, t_s - from_s) / over_s)


def wobble(hz: float, share: float = 0.05):  # type: ignore[no-untyped-def]
    return lambda t: 1 + share * sin(2 * pi * hz * t)


class Resistance:
    """What watched before: level and trend of the skin's resistance."""

    def __init__(self) -> None:
        skin = SkinResistance()
        self.monitors = (AreaLevel(skin), AreaTrend(skin))

    def check(self, s):  # type: ignore[no-untyped-def]
        trips = [trip for trip in (monitor.check(s) for monitor in self.monitors) if trip is not None]
        return trips[0] if trips else None


# ------------------------------------------------------------ a hand that leaves


def test_resistance_alone_sees_a_hand_that_floats_up_during_the_ramp_too_late() -> None:
    """Why this monitor is there: at the ceiling resistance still says that all is well."""
    ramp = Ramp("child_palm", area=leaving(10.0))
    ramp.monitor = Resistance()  # type: ignore[assignment]
    ramp.run(13.0)
    assert ramp.density > 1.5


@pytest.mark.parametrize("over_s", [10.0, 30.0])
@pytest.mark.parametrize("name", BODIES)
def test_a_hand_that_floats_up_from_the_ramp_on_is_let_go(name: str, over_s: float) -> None:
    """Both kinds of monitor together, as in the daemon; at most 1.1 x the ceiling."""
    ramp = Ramp(name, area=leaving(over_s, 0.0))
    capacitance, resistance = ramp.monitor, Resistance()

    class Both:
        def check(self, s):  # type: ignore[no-untyped-def]
            return capacitance.check(s) or resistance.check(s)

    ramp.monitor = Both()  # type: ignore[assignment]
    assert ramp.run(over_s + 2.0) is not None
    assert ramp.density <= 1.1


@pytest.mark.parametrize("share", [0.2, 0.4])
@pytest.mark.parametrize("name", BODIES)
def test_a_hand_that_was_already_half_out_when_the_ramp_began_is_seen_at_4_ma(name: str, share: float) -> None:
    ramp = Ramp(name, area=lambda _t: share)
    trip = ramp.run(4.0)
    assert trip == AreaCapacitance.TRIP
    assert ramp.s.ramp_base_ma <= 4.0


# ------------------------------------------------------------ no false trips


@pytest.mark.parametrize("hum_hz", [50.0, 60.0])
@pytest.mark.parametrize("hz", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("name", BODIES)
def test_restless_hands_under_hum_are_no_leaving_hand(name: str, hz: float, hum_hz: float) -> None:
    ramp = Ramp(name, hum=0.02, hum_hz=hum_hz, motion=wobble(hz))
    assert ramp.run(60.0) is None, ramp.t_s


@pytest.mark.parametrize("name", BODIES)
def test_conversions_that_come_early_and_late_under_hum_are_no_leaving_hand(name: str) -> None:
    """50 us, one sigma: 2 % of hum then moves the volts by more than the dither does."""
    ramp = Ramp(name, hum=0.02, jitter_s=50e-6)
    assert ramp.run(60.0) is None, ramp.t_s


@pytest.mark.parametrize("onset_tau_s", [5.0, 60.0])
@pytest.mark.parametrize("name", BODIES)
def test_a_skin_that_softens_is_no_leaving_hand(name: str, onset_tau_s: float) -> None:
    ramp = Ramp(name, onset_tau_s=onset_tau_s, onset_to=0.3)
    assert ramp.run(60.0) is None, ramp.t_s


def test_without_dither_nothing_is_said() -> None:
    """A set that stands still asks nothing, and no answer is no sign."""
    ramp = Ramp("typical_palm", area=lambda _t: 0.2)
    ramp.dithers = False
    ramp.set_ma = ramp.s.ramp_base_ma = 3.0
    assert ramp.run(30.0) is None


# ------------------------------------------------------------ by itself


def spoken(share: float, **fields: object) -> Trip | None:
    """A hand at `share` from the beginning, and one thing changed in every sample."""
    ramp = Ramp("typical_palm", area=lambda _t: share)
    for _ in range(2000):
        for name, value in fields.items():
            setattr(ramp.s, name, value)
        trip = ramp.tick()
        if trip is not None:
            return trip
    return None


def test_it_fades_in_03_s_and_pauses_for_area() -> None:
    trip = spoken(0.2)
    assert trip is not None
    assert (trip.code, trip.reaction, trip.pause, trip.fade_s) == ("E217", "PAUSE", "area", 0.3)


def test_without_a_contact_there_is_nothing_to_compare_with() -> None:
    assert spoken(0.2, contact_c_f=0.0) is None


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("RAMP_UP", "HOLD")])
def test_it_looks_in_ramp_up_and_hold_alone(state: str) -> None:
    monitor = AreaCapacitance()
    s = healthy(state)  # type: ignore[arg-type]
    s.contact_c_f, s.volts_age_s = 1.0, 7e-4
    for _ in range(500):
        s.t_ns += 5_000_000
        assert monitor.check(s) is None


def test_more_must_stay_where_the_density_is_near_its_ceiling() -> None:
    def least(ma: float) -> float:
        s = healthy(set_ma=ma)
        return AreaCapacitance().least_share(s)

    assert least(2.0) == least(10.0) < least(16.0)
    assert least(17.0) == least(30.0)
