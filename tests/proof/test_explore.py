"""The exploration of the real daemon: it reaches everything, asks every invariant, and finds none violated."""

import pytest

from appliance.proof.explore.event import apply
from appliance.proof.explore.events import events_of
from appliance.proof.explore.found import Found, unite
from appliance.proof.explore.hazards import HAZARDS
from appliance.proof.explore.invariants import INVARIANTS
from appliance.proof.explore.key import key_of
from appliance.proof.explore.machine import Machine
from appliance.proof.explore.together import QUICK, walk_one
from appliance.proof.explore.walk import Scope, new_machine
from appliance.proof.removals.output import name_of
from appliance.proof.safety_report.shapes_faults import Explore
from appliance.safety.monitors import build_monitors
from appliance.safety.sample import State

# Safety design, 'States and what they may energise': each state with what it leaves by.
LEAVES_BY: dict[State, tuple[State, ...]] = {
    "SELF_TEST": ("IDLE", "FAULT"),
    "IDLE": ("ARMED", "DONE", "FAULT"),  # DONE: a start and STOP in one tick
    "ARMED": ("CONTACT", "IDLE", "DONE", "FAULT"),
    "CONTACT": ("RAMP_UP", "IDLE", "PAUSED", "ARMED", "DONE", "FAULT"),
    "RAMP_UP": ("HOLD", "RAMP_DOWN", "PAUSED", "DONE", "FAULT"),  # DONE: STOP in the tick in which a tray is out
    "HOLD": ("RAMP_DOWN", "PAUSED", "DONE", "FAULT"),
    "RAMP_DOWN": ("REVERSE", "PAUSED", "DONE", "FAULT"),
    "REVERSE": ("CONTACT", "PAUSED", "DONE", "FAULT"),
    "PAUSED": ("CONTACT", "DONE", "FAULT"),
    "DONE": ("IDLE", "FAULT"),
    "FAULT": ("SELF_TEST",),
}
READY = ("the self-test runs through", "the trays are out for a while")
# One monitor for the state of the screen: an invariant of its own holds it to its time.
BY_INVARIANT = {"lease"}


pytestmark = pytest.mark.timeout(900)  # half a minute of work, on a machine that has other work as well


@pytest.fixture(scope="module")
def quick() -> Found:
    walk = walk_one(QUICK, None, lambda _progress, _walk: False)
    return unite([walk], version="v", quick=True, without=None, whole=False, seconds=1.0)


def test_nothing_that_must_hold_is_violated(quick: Found) -> None:
    stories = "\n".join(line for each in quick.violations for line in (each.invariant, *each.story))
    assert not quick.violations, stories


@pytest.mark.parametrize("name", INVARIANTS)
def test_every_invariant_was_asked(quick: Found, name: str) -> None:
    """What was never checked proves nothing."""
    assert {each.name: each.checks for each in quick.invariants}[name] > 0


@pytest.mark.parametrize("state", LEAVES_BY)
def test_every_state_and_every_way_out_of_it_is_reached(quick: Found, state: State) -> None:
    found = {each.state: each for each in quick.per_state}[state]
    assert found.places > 0
    assert found.transitions > 0
    assert set(found.leads_to) == set(LEAVES_BY[state])


def test_the_result_passes_and_the_safety_report_can_read_it(quick: Found) -> None:
    import msgspec  # noqa: PLC0415 - the shape is what is tested

    assert quick.passed
    shown = msgspec.json.decode(msgspec.json.encode(quick), type=Explore)
    assert shown.passed
    assert f"{quick.states:,} states" in shown.figure


def test_every_monitor_has_a_hazard_that_it_must_answer() -> None:
    """A new monitor is explored by a row in the table of hazards."""
    built = {name_of(monitor) for monitor in build_monitors(40_000_000)}
    machine = Machine()
    machine.checks.counts.clear()
    named = {_name(event.then) for event in HAZARDS}
    assert built - BY_INVARIANT <= named


def _name(then: object) -> str:
    cells = {name: cell.cell_contents for name, cell in zip(then.__code__.co_freevars, then.__closure__, strict=True)}  # type: ignore[attr-defined]
    return str(cells["name"])


def test_a_place_is_put_back_whole() -> None:
    """From a restored place everything goes as it went from the place itself."""
    machine = new_machine(None, ("hands",))
    story = [*READY, "START of hands by the kiosk with a valid permit"]
    story += [*["the pedal is down for a moment"] * 2, *["nothing happens for a moment"] * 2]
    story += ["nothing happens for a while"] * 2
    story += [*["nothing happens for a moment"] * 2, "contact is good for a while"]
    story += ["nothing happens for a while"] * 2
    for says in story:
        place = machine.place()
        went = [_after(machine, says)]
        for other in ("STOP", "the red switch is pushed", "nothing flows any more"):
            machine.go(place)
            if other in _by_name(machine):
                _after(machine, other)
        machine.go(place)
        went.append(_after(machine, says))
        assert went[0] == went[1]
    assert machine.daemon.session.state in ("RAMP_UP", "HOLD")


def _by_name(machine: Machine) -> dict[str, object]:
    events = events_of(machine.daemon.session.state, ("hands",))
    return {event.says: event for event in events if event.when is None or event.when(machine)}


def _after(machine: Machine, says: str) -> tuple[object, ...]:
    apply(_by_name(machine)[says], machine)  # type: ignore[arg-type]
    session, board = machine.daemon.session, machine.board
    numbers = (session.base_ma, session.dose.charge_mc, session.dose.elapsed_s, machine.clock.t_ns)
    return (key_of(machine), numbers, board.set_code, board.compliance_code, machine.daemon.tick_count)


def test_a_leap_equals_its_ticks() -> None:
    """Two machines, one that leaps over a wait in ARMED and one that waits it out, come to the same place."""
    places = []
    for leaps in (True, False):
        machine = new_machine(None, ("hands",))
        for says in (*READY, "START of hands by the kiosk with a valid permit"):
            apply(_by_name(machine)[says], machine)  # type: ignore[arg-type]
        if leaps:
            apply(_by_name(machine)["nothing happens for a while"], machine)  # type: ignore[arg-type]
            waited_ns = machine.clock.t_ns
        else:
            machine.world.calm()
            while machine.clock.t_ns < waited_ns:
                machine.tick()
        places.append((key_of(machine), machine.clock.t_ns, machine.daemon.tick_count, machine.board.kicked_ns))
    assert places[0] == places[1]


def test_a_second_place_of_a_key_answers_every_event_as_the_first() -> None:
    """What is merged is alike: the check that nothing which matters was left out of the key."""
    walk = walk_one(Scope(("hands",), depth=9, each_hazard=0, witnesses=2), None, lambda _progress, _walk: False)
    assert walk.unlike == ()
