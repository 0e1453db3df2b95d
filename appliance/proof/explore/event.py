"""One thing that may happen to the machine: inputs, commands, how long it lasts, and how it is told.

An event never touches the machine's own fields: it sets inputs, asks as clients do, and lets ticks pass.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from appliance.proof.explore.ghost import TICK_NS
from appliance.proof.explore.thresholds import leap_ns
from appliance.treatment.session import RUNNING

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine
    from appliance.proof.explore.world import World

NEAR_MA: Final = 0.01
LISTENED: Final = 2  # ticks that a pedal or a tray must be held to count
# Ticks in which a current that is not what was set must be seen: mismatch, the slowest, has 100 ms.
LISTENED_CURRENT: Final = 26
HEARD: Final = 24  # ticks: the longest of these memories, 100 ms, is full again
MOST_LEAPS: Final = 400  # of one wait
STRIDE_NS: Final = 250_000_000  # while the current is on its way: limits and volts follow it
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


QUIET: Final = Event("nothing happens for a moment")


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


def _moves(machine: "Machine") -> bool:
    """Whether the current is on its way to somewhere."""
    session = machine.daemon.session
    return session.state in RUNNING and abs(session.base_ma - session.goal_ma) > NEAR_MA


def _leap(machine: "Machine") -> None:
    """Some ticks, in which everyone may speak; if nobody did and nothing changed, the rest of the wait.

    It ends where the state changes, and where the output opens or closes: monitors listen to other things then.

    Under current its last ticks are run one by one again, so that what monitors remember is of the time just before.

    A ramp is slowed by limits that give way as it goes on, so its wait is as many leaps as it takes to get there.
    """
    session, gate = machine.daemon.session, machine.daemon.gate
    began = (session.entries, gate.enabled)
    for _ in range(LISTENED if machine.world.conducts else LISTENED_CURRENT):
        machine.tick()
        if (session.entries, gate.enabled) != began:
            return
    silent = not machine.world.screen_alive
    heard_ns = HEARD * TICK_NS if session.state in RUNNING else 0
    for _ in range(MOST_LEAPS):
        wait_ns = leap_ns(machine, silent=silent) - heard_ns
        if wait_ns <= TICK_NS:
            break
        machine.leap(min(wait_ns, STRIDE_NS) if _moves(machine) else wait_ns)
        if (session.entries, gate.enabled) != began:
            return
    for _ in range(HEARD if heard_ns else 0):
        if leap_ns(machine, silent=silent) <= TICK_NS or (session.entries, gate.enabled) != began:
            return
        machine.tick()
