"""The walk: breadth first over every place that the machine can reach, with every event in each, until none is new.

Breadth first, so that the first violation has the shortest story. A place is put back from its memento, never reached
again by repeating its past; a story is told by doing exactly that.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from appliance.control.daemon import Daemon
from appliance.proof.explore.asking import PLANS, STOP
from appliance.proof.explore.event import Event, apply
from appliance.proof.explore.events import QUIET, events_of
from appliance.proof.explore.invariants import Violated
from appliance.proof.explore.key import Key, key_of
from appliance.proof.explore.machine import Machine, Place
from appliance.treatment.plan import constrain_plan
from appliance.control.plan_link import from_link

QUIET_LOG: Final = logging.getLogger("ionto.control")  # every CUT has a trace there, and there are thousands
Prepare = Callable[[Daemon], None]


class Progress(NamedTuple):
    """How far the walk is."""

    states: int
    transitions: int
    waiting: int


class Counterexample(NamedTuple):
    """The shortest way to something that must not be."""

    invariant: str
    found: str
    events: tuple[Event, ...]


class Explored(NamedTuple):
    """What a walk found."""

    states: int
    transitions: int
    checks: dict[str, int]
    counterexample: Counterexample | None
    arrows: Counter[tuple[str, str, str]]  # state, event, state
    seconds: float


class Walk:
    """One exploration."""

    def __init__(self, prepare: Prepare | None = None, plans: tuple[str, ...] = tuple(PLANS)) -> None:
        """`plans`: names of those that are started; `prepare` may break the machine."""
        self.machine = new_machine(prepare, plans)
        self.transitions = 0
        self.arrows: Counter[tuple[str, str, str]] = Counter()
        self._plans = plans
        self._came: dict[Key, tuple[Key, Event] | None] = {}
        self._todo: deque[tuple[Key, Place]] = deque()

    def run(self, on_progress: Callable[[Progress], None] | None = None) -> Explored:
        """Until nothing new is found, or something that must not be."""
        begun = time.perf_counter()
        QUIET_LOG.disabled = True
        machine = self.machine
        first = key_of(machine)
        self._came[first] = None
        self._todo.append((first, machine.place()))
        counterexample = None
        while self._todo and counterexample is None:
            key, place = self._todo.popleft()
            counterexample = self._expand(key, place)
            if on_progress is not None:
                on_progress(Progress(len(self._came), self.transitions, len(self._todo)))
        seconds = time.perf_counter() - begun
        checks = dict(machine.checks.counts)
        return Explored(len(self._came), self.transitions, checks, counterexample, self.arrows, seconds)

    def _expand(self, key: Key, place: Place) -> Counterexample | None:
        """Try everything in one place."""
        machine = self.machine
        machine.go(place)
        state = machine.daemon.session.state
        event = QUIET
        try:
            self._probe(place)
            for event in events_of(state, self._plans):
                machine.go(place)
                if event.when is not None and not event.when(machine):
                    continue
                apply(event, machine)
                self.transitions += 1
                self.arrows[state, event.says, machine.daemon.session.state] += 1
                after = key_of(machine)
                if after not in self._came:
                    self._came[after] = (key, event)
                    self._todo.append((after, machine.place()))
        except Violated as violated:
            return Counterexample(violated.name, violated.found, (*self._way_to(key), event))
        return None

    def _probe(self, place: Place) -> None:
        """An order from before, and a further STOP: neither may change anything."""
        machine = self.machine
        machine.watch.stale_order()
        machine.go(place)
        ended = machine.ghost.stopped or not machine.daemon.session.active
        if not ended:
            return
        keys = []
        for event in (QUIET, STOP):
            machine.go(place)
            apply(event, machine)
            keys.append((machine.daemon.session.state, machine.daemon.session._after, machine.off))
        same = keys[0] == keys[1]
        machine.checks("stop_is_final_and_idempotent", same, f"{keys[0][0]} became {keys[1][0]}")

    def _way_to(self, key: Key) -> tuple[Event, ...]:
        events: list[Event] = []
        came = self._came[key]
        while came is not None:
            key, event = came
            events.append(event)
            came = self._came[key]
        return tuple(reversed(events))


def new_machine(prepare: Prepare | None, plans: tuple[str, ...]) -> Machine:
    """Fresh from power-on."""
    machine = Machine(prepare)
    accepted = (constrain_plan(from_link(PLANS[name]), machine.board_ma)[0] for name in plans)
    machine.longest_s = max(plan.duration_s for plan in accepted)
    return machine


def tell(counterexample: Counterexample, prepare: Prepare | None, plans: tuple[str, ...]) -> list[str]:
    """The story: what happened, one line each, and where it led."""
    machine = new_machine(prepare, plans)
    story = []
    for event in counterexample.events:
        try:
            took_ns = apply(event, machine)
        except Violated as violated:
            story.append(f"{event.says} → {machine.daemon.session.state}. {violated}")
            break
        took = f" ({took_ns / 1e9:.1f} s)" if event.leap or event.ticks > 20 else ""
        story.append(f"{event.says}{took} → {machine.daemon.session.state}")
    return story
