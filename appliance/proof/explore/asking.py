"""What clients may ask, in every state and any order: commands of each role, and starts with and without every right.

A start says whether it had every right to be accepted; the invariants believe that, never the daemon's answer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from appliance.control.permits import VALID_S
from appliance.link.messages import (
    Acknowledge,
    Adjust,
    Begin,
    Command,
    Pause,
    PermitGrant,
    Plan,
    Resume,
    Role,
    Start,
    Stop,
)
from appliance.link.plan_hash import plan_hash
from appliance.proof.explore.event import Event, Inputs
from appliance.proof.explore.people import NOON
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

# Hands: the pedal, and the direction changes at half time. Feet: touch, reversed from the start, at every ceiling.
PLANS: Final[dict[str, Plan]] = {
    "hands": Plan("hands", 4.0, 5.0, 120.0, "reverse_at_half", 1.0),
    "feet": Plan("feet", 24.0, 25.0, 1800.0, "fixed_reversed", 1.0),
}
Flavour = Literal[
    "valid", "again", "unknown", "expired", "other_plan", "used", "no_recorder", "treated", "slow_disk", "dead_disk",
    "tray_out", "twice",
]  # fmt: skip
SAYS: Final[dict[Flavour, str]] = {
    "valid": "a valid permit",
    "again": "the id of the last session",
    "unknown": "a permit that nobody granted",
    "expired": "an expired permit",
    "other_plan": "a permit for another plan",
    "used": "a permit that was used",
    "no_recorder": "a valid permit but no recorder",
    "treated": "a permit for someone who was treated today",
    "slow_disk": "a valid permit, while the disk is slow",
    "dead_disk": "a valid permit, while the disk fails",
    "tray_out": "a valid permit, while a tray is out",
    "twice": "a valid permit, two in one tick",
}
RIGHTFUL: Final = frozenset(("valid", "slow_disk", "twice"))
INPUTS: Final[dict[Flavour, Inputs]] = {
    "no_recorder": (("recorder", False),),
    "slow_disk": (("disk_slow", True),),
    "dead_disk": (("disk_fails", True),),
    "tray_out": (("tray_out", True),),
}


def _starting(name: str, flavour: Flavour) -> "Callable[[Machine], None]":
    def ask(m: "Machine") -> None:
        plan, n = PLANS[name], len(m.daemon.commands._used_ids)
        m.allowed = flavour in RIGHTFUL
        session, patient = f"s{n}", f"w{n}"
        permit = f"p{m.clock.t_ns}"  # never one of an earlier start that was refused: its permit is still good
        if flavour == "again":
            session = m.daemon.session.id or f"s{n - 1}"
        elif flavour == "used":
            permit = next(reversed(m.permits._used))
        elif flavour == "treated":
            patient = f"w{n - 1}"
        granted = PLANS["feet" if name == "hands" else "hands"] if flavour == "other_plan" else plan
        grant = PermitGrant(permit, patient, granted.site, 1, "screening", plan_hash(granted))
        if flavour == "expired":
            m.permission.grant(grant, m.clock.t_ns - ns_from_s(VALID_S) - 1)
        elif flavour not in ("unknown", "used"):
            m.ask("recorder", grant)
        m.ask("kiosk", Start(session, permit, plan))
        if flavour == "twice":
            m.ask("kiosk", Start(f"t{n}", permit, plan))

    return ask


def _can(name: str, flavour: Flavour) -> "Callable[[Machine], bool] | None":
    def was_started(m: "Machine") -> bool:
        return bool(m.daemon.commands._used_ids)

    def was_treated(m: "Machine") -> bool:
        n = len(m.daemon.commands._used_ids)
        return m.permission._ledger.treated_lately(f"w{n - 1}", PLANS[name].site, NOON) is not None

    def was_used(m: "Machine") -> bool:
        return bool(m.permits._used)

    return {"again": was_started, "treated": was_treated, "used": was_used}.get(flavour)


def starts(flavours: tuple[Flavour, ...], names: tuple[str, ...]) -> list[Event]:
    """One event for each plan and flavour."""
    return [
        Event(
            f"START of {name} by the kiosk with {SAYS[flavour]}",
            INPUTS.get(flavour, ()),
            _starting(name, flavour),
            _can(name, flavour),
        )
        for name in names
        for flavour in flavours
    ]


ALL_FLAVOURS: Final[tuple[Flavour, ...]] = tuple(SAYS)


def _asking(role: Role, *commands: Command) -> "Callable[[Machine], None]":
    def ask(m: "Machine") -> None:
        for command in commands:
            m.ask(role, command)

    return ask


TRAY: Final[Inputs] = (("tray_out", True),)
PEDAL: Final[Inputs] = (("pedal", True),)
SILENT: Final[Inputs] = (("screen_alive", False),)

STOP: Final = Event("STOP", (), _asking("kiosk", Stop()))
COMMANDS: Final = (
    STOP,
    Event("STOP, while the pedal is down", PEDAL, _asking("technician", Stop())),
    Event("STOP, while a tray is out and the screen is silent", (*TRAY, *SILENT), _asking("recorder", Stop())),
    Event("STOP twice in one tick", (), _asking("kiosk", Stop(), Stop())),
    Event("'go on', then STOP, in one tick", (), _asking("kiosk", Resume(), Stop())),
    Event("'go on', then 'it stings', in one tick", (), _asking("kiosk", Resume(), Pause())),
    Event("'begin', then STOP, in one tick", (), _asking("kiosk", Begin(), Stop())),
    Event("'begin', then 'it stings', in one tick", (), _asking("kiosk", Begin(), Pause())),
    Event("'it stings'", (), _asking("kiosk", Pause())),
    Event("'go on' by touch", (), _asking("kiosk", Resume())),
    Event("'go on' by touch, while a tray is out", TRAY, _asking("kiosk", Resume())),
    Event("'go on' by touch, while the pedal is down", PEDAL, _asking("kiosk", Resume())),
    Event("'go on' by touch, while the screen is silent", SILENT, _asking("kiosk", Resume())),
    Event("'begin' by touch", (), _asking("kiosk", Begin())),
    Event("'begin' by touch, while a tray is out", TRAY, _asking("kiosk", Begin())),
    Event("'begin' by touch, while the screen is silent", SILENT, _asking("kiosk", Begin())),
    Event("one step stronger", (), _asking("kiosk", Adjust(1))),
    Event("one step weaker", (), _asking("kiosk", Adjust(-1))),
    Event("acknowledged by the kiosk", (), _asking("kiosk", Acknowledge())),
    Event("acknowledged by a technician", (), _asking("technician", Acknowledge())),
)


def at_once(name: str) -> list[Event]:
    """A start and what else leads on or ends it, in one tick: no state may be skipped."""
    ways: tuple[tuple[str, Flavour, tuple[Command, ...], tuple[Command, ...]], ...] = (
        ("START of {}, then 'begin', in one tick", "valid", (), (Begin(),)),
        ("START of {}, then 'begin', in one tick, while the disk is slow", "slow_disk", (), (Begin(),)),
        ("START of {}, then STOP, in one tick", "valid", (), (Stop(),)),
        ("acknowledged, START of {}, 'begin', in one tick", "valid", (Acknowledge(),), (Begin(),)),
        ("STOP, acknowledged, START of {}, 'begin', in one tick", "valid", (Stop(), Acknowledge()), (Begin(),)),
    )
    return [
        Event(says.format(name), INPUTS.get(flavour, ()), _around(first, _starting(name, flavour), then))
        for says, flavour, first, then in ways
    ]


def _around(
    first: tuple[Command, ...], start: "Callable[[Machine], None]", then: tuple[Command, ...]
) -> "Callable[[Machine], None]":
    def ask(m: "Machine") -> None:
        _asking("kiosk", *first)(m)
        start(m)
        _asking("kiosk", *then)(m)

    return ask
