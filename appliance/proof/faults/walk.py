"""The way of one session through every state, and where in each state the cells begin.

Every place has the hands in the water: in each state the worst. A place is where the state is most exposed: half way
up, settled in HOLD, half way down, K2 about to move, the self-test with current on its dummy load.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from appliance.link.messages import Acknowledge, Pause, Stop
from appliance.proof.faults.model import Where
from appliance.proof.faults.rig import Rig

RAMPED_SHARE: Final = 0.5
HELD_UP_S: Final = 15.0  # longer than half the steepest ramp to 25 mA: volts hold this skin below half way
AREA_FROM_MA: Final = 3.5  # above it the area monitors see
HOLD_S: Final = 12.0  # [D] the references of area and compliance have settled
SELF_TEST_CODE: Final = 1000  # 7.3 mA and more on the dummy load


class Place(NamedTuple):
    """One place on the way: what is done to get on, and what says that it is reached."""

    where: Where
    onward: Callable[[Rig], None]
    there: Callable[[Rig], bool]
    most_s: float


def _nothing(_rig: Rig) -> None:
    """The person does it, or the device."""


def _in(state: str, for_s: float) -> Callable[[Rig], bool]:
    return lambda rig: rig.state == state and rig.for_s >= for_s


def _half_way_up(rig: Rig) -> bool:
    session = rig.daemon.session
    if rig.state != "RAMP_UP" or session.base_ma < AREA_FROM_MA:
        return False
    return session.base_ma >= RAMPED_SHARE * session.choice_ma or rig.for_s >= HELD_UP_S


def _half_way_down(rig: Rig) -> bool:
    session = rig.daemon.session
    return rig.state == "RAMP_DOWN" and session.base_ma <= 0.6 * session.choice_ma


def _resuming(rig: Rig) -> bool:
    return rig.state == "CONTACT" and rig.daemon.session.resuming and rig.for_s >= 2.0


def _stung(rig: Rig) -> None:
    """A person's pause under current, hands still in the water: what must never end by itself."""
    rig.run_until(lambda: rig.state == "RAMP_UP" and rig.daemon.session.base_ma >= AREA_FROM_MA, 30.0)
    rig.send(Pause())


def _stop(rig: Rig) -> None:
    rig.send(Stop())


def _red_switch(rig: Rig) -> None:
    """In and out again: FAULT with a board that has its power, and hands in the water."""
    rig.bench.act("estop")
    rig.run_s(0.1)
    rig.bench.act("estop", release=True)


def _acknowledge(rig: Rig) -> None:
    rig.send(Acknowledge(), "technician")


def _testing(rig: Rig) -> bool:
    test = rig.daemon.self_test
    return rig.state == "SELF_TEST" and test is not None and test.order.dummy and test.order.code > SELF_TEST_CODE


WAY: Final = (
    Place("ARMED", _nothing, _in("ARMED", 1.6), 20.0),
    Place("CONTACT", _nothing, _in("CONTACT", 2.0), 10.0),
    Place("RAMP_UP", _nothing, _half_way_up, 120.0),
    Place("HOLD", _nothing, _in("HOLD", HOLD_S), 120.0),
    Place("RAMP_DOWN", _nothing, _half_way_down, 120.0),
    Place("REVERSE", _nothing, _in("REVERSE", 0.015), 30.0),
    Place("CONTACT_RESUME", _nothing, _resuming, 10.0),
    Place("PAUSED", _stung, _in("PAUSED", 0.5), 10.0),
    Place("DONE", _stop, _in("DONE", 0.3), 10.0),
    Place("FAULT", _red_switch, _in("FAULT", 0.5), 10.0),
    Place("SELF_TEST", _acknowledge, _testing, 10.0),
    Place("IDLE", _nothing, _in("IDLE", 0.1), 10.0),
)
ORDER: Final = tuple(place.where for place in WAY)
# What is no person never leaves CONTACT (a test of the daemon holds it to that): this is as far as it comes.
FAR_AS_A_LOAD: Final = frozenset(("ARMED", "CONTACT"))


def walk(rig: Rig, wanted: frozenset[Where]) -> Iterator[tuple[Where, bool]]:
    """Go the way as far as anything is wanted; yields each wanted place, and whether it was reached.

    After the first place that was not reached, all others are yielded as not reached.
    """
    rig.simulation.begin()
    reached = True
    left = [place.where for place in WAY if place.where in wanted]
    for place in WAY:
        if not left:
            return
        if reached:
            place.onward(rig)
            reached = rig.run_until(partial(place.there, rig), place.most_s)
        if place.where in wanted:
            left.remove(place.where)
            yield place.where, reached
