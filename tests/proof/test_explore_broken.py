"""Machines broken on purpose: the exploration names what does not hold any more, with the shortest story to it."""

from collections.abc import Callable
from functools import partial

import pytest

from appliance.control.daemon import Daemon
from appliance.proof.explore.walk import Prepare, Progress, Scope, Walk, tell
from appliance.proof.without import without

pytestmark = pytest.mark.timeout(600)
SCOPE = Scope(("hands",), depth=20, each_hazard=1)


def swallow_stop_in_contact(daemon: Daemon) -> None:
    session = daemon.session
    stop = session.stop
    session.stop = lambda: None if session.state == "CONTACT" else stop()  # type: ignore[method-assign]


def no_contact(daemon: Daemon) -> None:
    session = daemon.session

    def skip(*, resuming: bool) -> None:
        session.resuming = resuming
        session._enter("RAMP_UP")

    session._enter_contact = skip  # type: ignore[method-assign]


def treatment_time_without_current(daemon: Daemon) -> None:
    session = daemon.session
    step = session.step

    def count(seen) -> None:  # type: ignore[no-untyped-def]
        step(seen)
        if session.state == "RAMP_UP":
            session.dose.elapsed_s += seen.dt_s

    session.step = count  # type: ignore[method-assign]


def look(prepare: Prepare, invariant: str) -> tuple[str, ...]:
    """The shortest story to a violation of `invariant`."""

    def until(_progress: Progress, walk: Walk) -> bool:
        return invariant in walk.violations

    explored = Walk(prepare, SCOPE).run(until)
    assert invariant in explored.violations, f"only {list(explored.violations)}"
    return tell(explored.violations[invariant], prepare, SCOPE.plans)


@pytest.mark.parametrize(
    ("prepare", "invariant", "ends_with", "at_most"),
    [
        (
            partial(without, name="session.resume_by_person"),
            "no_return_after_a_persons_pause_without_a_person",
            "CONTACT, and nobody asked for it",
            20,
        ),
        (swallow_stop_in_contact, "stop_reaches_zero", "CONTACT: the set rose after STOP", 9),
        (partial(without, name="session.stop"), "stop_reaches_zero", "CONTACT: the set rose after STOP", 9),
        (no_contact, "ramp_up_skips_nothing", "from ARMED without contact", 5),
        (partial(without, name="gate.generation"), "stale_order_never_passes", "an order of an older run", 14),
        (partial(without, name="gate.bounds"), "order_beyond_bounds_never_passes", "an order of 0.1 mA was taken", 2),
        (partial(without, name="self_test.required"), "no_energising_after_fault_without_release", "tested False", 1),
        (partial(without, name="session.armed_pedal"), "no_energising_without_permission", "without person", 4),
        (partial(without, name="permission.permit"), "no_energising_without_permission", "without permit", 5),
        (partial(without, name="daemon.exception_cuts"), "exceptions_cut", "after an exception", 1),
        (partial(without, name="e_stop"), "every_hazard_is_answered", "e_stop", 2),
        (treatment_time_without_current, "time_counts_only_with_current", "counted in", 10),
    ],
)
def test_a_broken_machine_is_told_by_its_shortest_story(
    prepare: Callable[[Daemon], None], invariant: str, ends_with: str, at_most: int
) -> None:
    story = look(prepare, invariant)
    assert ends_with in story[-1]
    assert len(story) <= at_most
    assert all("→" in sentence for sentence in story[:-1])


def test_a_whole_machine_has_no_story_that_short() -> None:
    explored = Walk(None, SCOPE._replace(depth=6)).run()
    assert not explored.violations
    assert explored.checks["no_energising_without_permission"] > 0
