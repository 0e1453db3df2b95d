"""Any sequence of people, hands, trips and time: the driver's invariants hold at every tick."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_driver import AREA, CUT, FEET, HANDS, OPEN, TREND, Driver

from appliance.safety.trip import Trip

SLOW_NS, FAST_NS = 50_000_000, 5_000_000


def start(d: Driver) -> None:
    was = d.session.state
    assert d.session.start("again", HANDS) == (was == "IDLE")


def begin_by_touch(d: Driver) -> None:
    if d.session.begin(lease_alive=d.lease_alive, blocked=d.blocked):
        assert d.session.plan is not None
        assert not d.session.plan.limits.needs_pedal
        assert d.lease_alive
        assert d.blocked is None


def stop(d: Driver) -> None:
    active = d.session.active
    d.session.stop()
    d.check()
    assert d.time_to_zero() <= 2.0
    d.tick()
    assert not active or d.session.state in ("DONE", "FAULT")


def stop_twice(d: Driver) -> None:
    d.session.stop()
    d.tick()
    d.session.stop()
    assert d.time_to_zero() <= 0.5


def stings(d: Driver) -> None:
    if d.session.stings():
        assert d.time_to_zero() < 0.51  # and a tick
        d.tick()
        assert not d.session.energise


def resume(d: Driver) -> None:
    was = d.session.state
    if d.resume():
        assert was == "PAUSED"
        assert d.lease_alive
        assert d.blocked is None


def acknowledge(d: Driver) -> None:
    was = d.session.state
    d.session.acknowledge()
    assert d.session.state == {"FAULT": "SELF_TEST", "DONE": "IDLE"}.get(was, was)


def self_test_passed(d: Driver) -> None:
    was = d.session.state
    d.session.self_test_passed()
    assert d.session.state == ("IDLE" if was == "SELF_TEST" else was)


def trip(which: Trip) -> Callable[[Driver], None]:
    def speak(d: Driver) -> None:
        energised = d.session.energise
        d.tick(which)
        if energised:
            assert d.session.state not in ("RAMP_UP", "HOLD")
            assert which.fade_s > 0.0 or not d.session.energise

    return speak


def cut(d: Driver) -> None:
    d.tick(OPEN, CUT)
    assert (d.session.state, d.session.base_ma, d.session.energise) == ("FAULT", 0.0, False)
    assert CUT.code in d.session.codes


def world(**fields: object) -> Callable[[Driver], None]:
    def change(d: Driver) -> None:
        for name, value in fields.items():
            setattr(d, name, value)

    return change


def spell(seconds: float, tick_ns: int) -> Callable[[Driver], None]:
    def wait(d: Driver) -> None:
        d.tick_ns = tick_ns
        d.run(seconds)
        d.tick_ns = FAST_NS

    return wait


ACTIONS: dict[str, Callable[[Driver], None]] = {
    "start": start,
    "touch": begin_by_touch,
    "stop": stop,
    "stop twice": stop_twice,
    "stings": stings,
    "resume": resume,
    "weaker": lambda d: d.session.adjust(-1),  # type: ignore[dict-item, return-value]
    "stronger": lambda d: d.session.adjust(1),  # type: ignore[dict-item, return-value]
    "acknowledge": acknowledge,
    "self-test": self_test_passed,
    "pedal": Driver.press_and_release,
    "pedal down": world(pedal=True),
    "pedal up": world(pedal=False),
    "hands gone": world(contact="seeking"),
    "hands back": world(contact="good"),
    "screen dies": world(lease_alive=False),
    "screen back": world(lease_alive=True),
    "tray out": world(blocked="E406"),
    "tray in": world(blocked=None),
    "limited": world(allowed_ma=4.0),
    "unlimited": world(allowed_ma=25.0),
    "open": trip(OPEN),
    "area": trip(AREA),
    "trend": trip(TREND),
    "cut": cut,
    "a tick": Driver.tick,
    "0.1 s": spell(0.1, FAST_NS),
    "1 s": spell(1.0, FAST_NS),
    "3 s": spell(3.0, SLOW_NS),
    "20 s": spell(20.0, SLOW_NS),
    "200 s": spell(200.0, SLOW_NS),
}
ENDS = ("stop", "stop twice", "cut")
OFTEN = ("pedal", "resume", "screen back", "tray in", "hands back", "a tick", "1 s", "3 s", "20 s")
NAMES = [name for name in ACTIONS if name not in ENDS]
EVENTS = st.lists(st.sampled_from([*NAMES, *NAMES, *OFTEN, *OFTEN, *OFTEN, *ENDS]), min_size=10, max_size=40)


def somewhere(begin: str) -> Driver:
    d = Driver(tick_ns=SLOW_NS)
    plan = FEET if begin == "HOLD feet" else HANDS
    if begin == "CONTACT":
        d.contact = "measuring"
        d.to_contact(plan)
    elif begin != "SELF_TEST":
        d.to_hold(plan)
        if begin in ("REVERSE", "RAMP_DOWN"):
            d.run(400.0, begin)
        elif begin == "PAUSED by pedal":
            d.press_and_release(1.0)
        elif begin == "PAUSED":
            d.tick(TREND)
    d.tick_ns = FAST_NS
    return d


@pytest.mark.parametrize(
    "begin", ["SELF_TEST", "CONTACT", "HOLD", "HOLD feet", "RAMP_DOWN", "REVERSE", "PAUSED", "PAUSED by pedal"]
)
@given(events=EVENTS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens(begin: str, events: list[str]) -> None:
    d = somewhere(begin)
    for event in events:
        ACTIONS[event](d)
        d.check()
        session = d.session
        assert session.state != "FAULT" or session.codes
        assert session.state != "DONE" or (session.outcome is not None and session.reason is not None)
        assert (session.plan is None) == (session.state in ("IDLE", "SELF_TEST")) or session.state == "FAULT"
