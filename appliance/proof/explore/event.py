"""One thing that may happen to the machine: inputs, commands, how long it lasts, and how it is told.

An event never touches the machine's own fields: it sets inputs, asks as clients do, and lets ticks pass.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from appliance.proof.explore.ghost import TICK_NS
from appliance.proof.explore.thresholds import leap_ns

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine
    from appliance.proof.explore.world import World

LISTENED: Final = 2  # ticks that a pedal or a tray must be held to count
Inputs = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """`says` is its sentence in a story."""

    says: str
    inputs: Inputs = ()
    ask: "Callable[[Machine], None] | None" = None
    when: "Callable[[Machine], bool] | None" = None  # where it can happen
    leap: bool = False  # lasts to one tick short of the next threshold
    ticks: int = 1  # at most
    settle: int = 0  # quiet ticks before it, so that monitors know what is usual
    grow: "Callable[[World, int], None] | None" = None  # inputs that change with each tick
    jump_ns: int = TICK_NS  # of the clock, at its first tick
    until: "Callable[[Machine], bool] | None" = None  # ends before `ticks`
    then: "Callable[[Machine], None] | None" = None  # what must hold at its end


def apply(event: Event, machine: "Machine") -> int:
    """Let it happen; how long it took, in nanoseconds.

    Raises:
        Violated: an invariant does not hold after one of its ticks.
    """
    begun_ns = machine.clock.t_ns
    world = machine.world
    world.calm()
    for _ in range(event.settle):
        machine.tick()
    for name, value in event.inputs:
        setattr(world, name, value)
    machine.desk.work()
    if event.ask is not None:
        event.ask(machine)
    if event.leap:
        _leap(machine)
        return machine.clock.t_ns - begun_ns
    for n in range(event.ticks):
        if event.grow is not None:
            event.grow(world, n)
        machine.tick(TICK_NS if n else event.jump_ns)
        if event.until is not None and event.until(machine):
            break
    if event.then is not None:
        event.then(machine)
    return machine.clock.t_ns - begun_ns


def _leap(machine: "Machine") -> None:
    """Two ticks, in which everyone may speak; if nobody did and nothing changed, the rest of the wait at once."""
    entries = machine.daemon.session.entries
    for _ in range(LISTENED):
        machine.tick()
        if machine.daemon.session.entries != entries:
            return
    wait_ns = leap_ns(machine, silent=not machine.world.screen_alive)
    if wait_ns > TICK_NS:
        machine.leap(wait_ns)
