"""What exploration says at its end: counts, invariants, stories. Walks of several plans become one result."""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from appliance.proof.explore.abstraction import in_brief
from appliance.proof.explore.invariants import INVARIANTS
from appliance.proof.explore.walk import Explored


class Story(msgspec.Struct, frozen=True):
    """The shortest way to a violation, a sentence each."""

    invariant: str
    found: str
    story: tuple[str, ...]


class Walked(msgspec.Struct, frozen=True):
    """One walk, as its process hands it over. Places by their digests, so that those of two walks can be united."""

    plans: tuple[str, ...]
    places: dict[str, list[str]]
    tried: dict[str, int]
    arrows: dict[str, dict[str, int]]
    checks: dict[str, int]
    failed: dict[str, int]
    stories: tuple[Story, ...]
    unlike: tuple[str, ...]
    whole: bool  # nothing was left to try


class InvariantFound(msgspec.Struct, frozen=True):
    """One sentence, how often it was asked and how often it did not hold."""

    name: str
    what: str
    checks: int
    violations: int


class StateFound(msgspec.Struct, frozen=True):
    """One state of the machine: its places, the events tried there, and the states that followed, in ticks."""

    state: str
    places: int
    transitions: int
    leads_to: dict[str, int]


class Found(msgspec.Struct, frozen=True):
    """`ionto explore --json`."""

    simulated: bool
    version: str
    quick: bool
    whole: bool
    without: str | None
    plans: tuple[str, ...]
    states: int
    transitions: int
    per_state: tuple[StateFound, ...]
    invariants: tuple[InvariantFound, ...]
    counterexample: Story | None  # the shortest of `violations`
    violations: tuple[Story, ...]
    unlike: tuple[str, ...]
    abstraction: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Every invariant was asked and held, and no two places of one key answered differently."""
        return all(each.checks and not each.violations for each in self.invariants) and not self.unlike


def walked(plans: tuple[str, ...], explored: Explored, stories: Sequence[Story], *, whole: bool) -> Walked:
    """What one walk hands over."""
    places: dict[str, list[str]] = {}
    for key in explored.keys:
        digest = blake2b(repr(key).encode(), digest_size=8).hexdigest()
        places.setdefault(str(key[0]), []).append(digest)
    arrows: dict[str, dict[str, int]] = {}
    for (was, now), ticks in explored.arrows.items():
        if was != now:
            arrows.setdefault(was, {})[now] = ticks
    return Walked(
        plans=plans,
        places=places,
        tried={str(state): times for state, times in explored.tried.items()},
        arrows=arrows,
        checks=dict(explored.checks),
        failed=dict(explored.failed),
        stories=tuple(stories),
        unlike=explored.unlike,
        whole=whole,
    )


def unite(
    walks: Sequence[Walked], *, version: str, quick: bool, without: str | None, whole: bool, seconds: float
) -> Found:
    """All walks as one."""
    checks, failed = Counter[str](), Counter[str]()
    for walk in walks:
        checks.update(walk.checks)
        failed.update(walk.failed)
    stories: dict[str, Story] = {}
    for story in sorted((s for walk in walks for s in walk.stories), key=lambda s: len(s.story)):
        stories.setdefault(story.invariant, story)
    per_state = tuple(_state(name, walks) for name in dict.fromkeys(name for walk in walks for name in walk.places))
    return Found(
        simulated=True,
        version=version,
        quick=quick,
        whole=whole and all(walk.whole for walk in walks),
        without=without,
        plans=tuple(name for walk in walks for name in walk.plans),
        states=sum(each.places for each in per_state),
        transitions=sum(each.transitions for each in per_state),
        per_state=per_state,
        invariants=tuple(InvariantFound(name, what, checks[name], failed[name]) for name, what in INVARIANTS.items()),
        counterexample=next(iter(stories.values()), None),
        violations=tuple(stories.values()),
        unlike=tuple(line for walk in walks for line in walk.unlike),
        abstraction=in_brief(),
        seconds=round(seconds, 1),
    )


def _state(name: str, walks: Sequence[Walked]) -> StateFound:
    leads_to = Counter[str]()
    for walk in walks:
        leads_to.update(walk.arrows.get(name, {}))
    places = {digest for walk in walks for digest in walk.places.get(name, ())}
    tried = sum(walk.tried.get(name, 0) for walk in walks)
    return StateFound(name, len(places), tried, dict(leads_to.most_common()))
