"""The walk: breadth first over every place that the machine can reach, with every event in each, until none is new.

Breadth first, so that the first violation of an invariant has the shortest story. A place is put back from its
memento, never reached again by repeating its past; a story is told by doing exactly that.
"""

import gc
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from appliance.control.daemon import Daemon
from appliance.control.plan_link import from_link
from appliance.proof.explore.asking import PLANS
from appliance.proof.explore.defects import DEFECTIVE
from appliance.proof.explore.event import QUIET, Event, apply
from appliance.proof.explore.events import events_of
from appliance.proof.explore.hazards import HAZARDS
from appliance.proof.explore.invariants import Violated
from appliance.proof.explore.key import Key, key_of
from appliance.proof.explore.machine import Machine, Place
from appliance.proof.explore.probes import probe
from appliance.safety.sample import State
from appliance.treatment.plan import constrain_plan

LOG: Final = logging.getLogger("ionto.control")  # every CUT has a trace there, and there are hundred thousands
_HAZARDS: Final = frozenset(event.says for event in (*HAZARDS, *DEFECTIVE))
Prepare = Callable[[Daemon], None]


class Scope(NamedTuple):
    """How far a walk goes."""

    plans: tuple[str, ...] = tuple(PLANS)
    depth: int | None = None  # events from power-on; None: until nothing is new
    each_hazard: int | None = None  # places of each state in which it is tried; None: all
    witnesses: int = 1  # places of each key that are tried: a second one must answer as the first


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

    keys: frozenset[Key]
    transitions: int
    checks: Counter[str]
    failed: Counter[str]  # how often, by invariant
    violations: dict[str, Counterexample]  # the shortest way to each
    arrows: Counter[tuple[State, State]]  # changes of the state, tick by tick
    tried: Counter[State]  # transitions from each state
    unlike: tuple[str, ...]  # where a second witness answered otherwise than the first
    seconds: float


class _Todo(NamedTuple):
    key: Key
    place: Place
    depth: int


class Walk:
    """One exploration."""

    def __init__(self, prepare: Prepare | None = None, scope: Scope = Scope()) -> None:  # noqa: B008 - it is frozen
        """`prepare` may break the machine."""
        self.machine = new_machine(prepare, scope.plans)
        self.violations: dict[str, Counterexample] = {}
        self._scope = scope
        self._failed: Counter[str] = Counter()
        self._tried: Counter[State] = Counter()
        self._hazards: Counter[tuple[State, str]] = Counter()
        self._came: dict[Key, tuple[Key, Event] | None] = {}
        self._witnesses: Counter[Key] = Counter()
        self._answers: dict[Key, dict[str, Key]] = {}
        self._unlike: list[str] = []
        self._todo: deque[_Todo] = deque()

    def run(self, until: Callable[[Progress, "Walk"], bool] = lambda _progress, _walk: False) -> Explored:
        """Until nothing new is found, or `until` says so after a place."""
        begun = time.perf_counter()
        machine = self.machine
        with _silence():
            first = key_of(machine)
            self._came[first] = None
            self._todo.append(_Todo(first, machine.place(), 0))
            while self._todo:
                self._expand(self._todo.popleft())
                if until(Progress(len(self._came), self._tried.total(), len(self._todo)), self):
                    break
        return Explored(
            frozenset(self._came),
            self._tried.total(),
            machine.checks.counts,
            self._failed,
            self.violations,
            machine.arrows,
            self._tried,
            tuple(self._unlike),
            time.perf_counter() - begun,
        )

    def _expand(self, todo: _Todo) -> None:
        """Try everything in one place."""
        machine, key, place = self.machine, todo.key, todo.place
        self._holds(key, QUIET, lambda: probe(machine, place))
        if self._scope.depth is not None and todo.depth >= self._scope.depth:
            return
        answers: dict[str, Key] = {}
        for event in self._events(place):
            if self._holds(key, event, lambda event=event: apply(event, machine)):  # type: ignore[misc]
                after = answers[event.says] = key_of(machine)
                self._reached(after, key, event, todo.depth + 1)
        if self._scope.witnesses > 1:
            self._compare(key, answers)

    def _events(self, place: Place) -> Iterator[Event]:
        """Those that can happen here, each with the machine put back to the place."""
        machine = self.machine
        machine.go(place)
        state = machine.daemon.session.state
        for event in events_of(state, self._scope.plans):
            machine.go(place)
            if event.when is not None and not event.when(machine):
                continue
            if event.says in _HAZARDS and self._scope.each_hazard is not None:
                self._hazards[state, event.says] += 1
                if self._hazards[state, event.says] > self._scope.each_hazard:
                    continue
            self._tried[state] += 1
            yield event

    def _reached(self, after: Key, key: Key, event: Event, depth: int) -> None:
        if after not in self._came:
            self._came[after] = (key, event)
        if self._witnesses[after] < self._scope.witnesses:
            self._witnesses[after] += 1
            self._todo.append(_Todo(after, self.machine.place(), depth))

    def _holds(self, key: Key, event: Event, happen: Callable[[], object]) -> bool:
        """Let it happen. What violates an invariant is not followed further."""
        try:
            happen()
        except Violated as violated:
            name = violated.name
            self._failed[name] += 1
            if name not in self.violations:
                self.violations[name] = Counterexample(name, violated.found, (*self._way_to(key), event))
            return False
        return True

    def _compare(self, key: Key, answers: dict[str, Key]) -> None:
        """Whether a second place of a key answers as the first."""
        before = self._answers.setdefault(key, answers)
        differs = [says for says in before if before[says] != answers.get(says)]
        self._unlike.extend(f"{key}: {says}: {before[says]} or {answers.get(says)}" for says in differs)

    def _way_to(self, key: Key) -> tuple[Event, ...]:
        events: list[Event] = []
        came = self._came[key]
        while came is not None:
            key, event = came
            events.append(event)
            came = self._came[key]
        return tuple(reversed(events))


@contextmanager
def _silence() -> Iterator[None]:
    """No log, and no collection of garbage: it would go through thousands of places again and again to find none."""
    was, LOG.disabled = LOG.disabled, True
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        LOG.disabled = was
        if collected:
            gc.enable()


def new_machine(prepare: Prepare | None, plans: tuple[str, ...]) -> Machine:
    """Fresh from power-on."""
    machine = Machine(prepare)
    accepted = (constrain_plan(from_link(PLANS[name]), machine.board_ma)[0] for name in plans)
    machine.longest_s = max(plan.duration_s for plan in accepted)
    return machine


def tell(counterexample: Counterexample, prepare: Prepare | None, plans: tuple[str, ...]) -> tuple[str, ...]:
    """The story: what happened, one sentence each, and where it led."""
    machine = new_machine(prepare, plans)
    story = []
    with _silence():
        for event in counterexample.events:
            try:
                took_ns = apply(event, machine)
            except Violated as violated:
                story.append(f"{event.says}. → {machine.daemon.session.state}: {violated.found}.")
                return tuple(story)
            took = f" ({took_ns / 1e9:.1f} s)" if event.leap or event.ticks > 20 else ""
            story.append(f"{event.says}{took}. → {machine.daemon.session.state}")
    return (*story[:-1], f"{counterexample.events[-1].says}: {counterexample.found}.")
