"""Limits taken out: links of the constraint chain, what a plan is lowered to, the bounds of compliance and probe."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace as replace_field
from typing import Any, Final

from appliance.control.daemon import Daemon
from appliance.control.gate import Order
from appliance.proof.removals.control import Control, after, replace
from appliance.safety import hard_limits
from appliance.safety.hard_limits import SITES, SiteLimits
from appliance.safety.limits import CurrentLimits
from appliance.treatment.compliance import Compliance

ENDLESS_S: Final = 1e6


def _loosen_chain(daemon: Daemon, key: str) -> None:
    """The chain of each new run lacks one link."""
    run = daemon.run_now

    def loosen(*_args: object) -> None:
        limits = run._limits
        if limits is None or all(key != named for _, named in limits._ordered):
            return
        left = tuple(link for link in limits._ordered if link[1] != key)
        loose = CurrentLimits.__new__(CurrentLimits)
        vars(loose).update(vars(limits), _ordered=left, ceiling_ma=min((value for value, _ in left), default=math.inf))
        run._limits = loose

    after(run, "enter", loosen)


def _never(daemon: Daemon, position: int, value: float) -> None:
    """A link that changes from tick to tick never speaks."""
    run = daemon.run_now

    def loosen(*_args: object) -> None:
        limits = run._limits
        if limits is None or "apply" in vars(limits):
            return

        def apply(*args: float, lease_alive: bool) -> Any:
            given = [*args]
            given[position] = value
            return CurrentLimits.apply(limits, *given, lease_alive=lease_alive)

        replace(limits, "apply", apply)

    after(run, "enter", loosen)


def _no_lease(daemon: Daemon) -> None:
    """The chain never hears that nobody watches."""
    run = daemon.run_now

    def loosen(*_args: object) -> None:
        limits = run._limits
        if limits is None or "apply" in vars(limits):
            return

        def apply(*args: float, **_lease: bool) -> Any:
            return CurrentLimits.apply(limits, *args, lease_alive=True)

        replace(limits, "apply", apply)

    after(run, "enter", loosen)


@contextmanager
def _site(**changed: Any) -> Iterator[None]:
    """Every site, for as long as one start is looked at, without one of its bounds."""
    kept: dict[str, SiteLimits] = dict(SITES)
    SITES.update({name: site._replace(**changed) for name, site in kept.items()})
    try:
        yield
    finally:
        SITES.update(kept)


@contextmanager
def _hard(name: str, value: float) -> Iterator[None]:
    kept = getattr(hard_limits, name)
    setattr(hard_limits, name, value)
    try:
        yield
    finally:
        setattr(hard_limits, name, kept)


def _loosen_start(daemon: Daemon, loose: Callable[[], Any]) -> None:
    """A plan is looked at without one bound."""
    commands = daemon.commands
    start = commands._start

    def loosely(*args: Any) -> Any:
        with loose():
            return start(*args)

    replace(commands, "_start", loosely)


def _device(daemon: Daemon) -> None:
    _loosen_start(daemon, lambda: _hard("CURRENT_MA", math.inf))
    _loosen_chain(daemon, "limit.device")


def _board(daemon: Daemon) -> None:
    daemon.commands._board_ma = math.inf
    _loosen_chain(daemon, "limit.board")


def _of_site(daemon: Daemon) -> None:
    _loosen_start(daemon, lambda: _site(device_ma=math.inf))
    _loosen_chain(daemon, "limit.site")


def _prescriber(daemon: Daemon) -> None:
    _loosen_start(daemon, lambda: _site(prescriber_ma=math.inf))
    _loosen_chain(daemon, "limit.prescriber")


def _prescription(daemon: Daemon) -> None:
    _loosen_chain(daemon, "limit.prescription")


def _time(daemon: Daemon) -> None:
    _loosen_start(daemon, lambda: _site(max_s=ENDLESS_S))


def _charge(daemon: Daemon) -> None:
    _loosen_start(daemon, lambda: _hard("CHARGE_C_PER_CM2", math.inf))


def _over_treatment(daemon: Daemon) -> None:
    """The skin of today is compared with nothing."""
    session = daemon.session
    found = session._found

    def anyhow(contact_ohm: float | None) -> None:
        if session.plan is not None:
            session.plan = replace_field(session.plan, median_contact_ohm=None)
        found(contact_ohm)

    replace(session, "_found", anyhow)


def _ramp(daemon: Daemon) -> None:
    session = daemon.session
    ramp = session.ramp
    replace(session, "ramp", lambda allowed_ma, _dt_s: ramp(allowed_ma, ENDLESS_S))


def _probe(daemon: Daemon) -> None:
    """CONTACT with all the volts that the board has, and with the treatment's current."""
    run, session = daemon.run_now, daemon.session
    order = run.order

    def strong(*args: Any) -> Order:
        made = order(*args)
        if session.state != "CONTACT" or not made.set_ma:
            return made
        return made._replace(compliance_v=hard_limits.VOLTS, set_ma=session.choice_ma)

    replace(run, "order", strong)


class _Unbound(Compliance):
    """All the volts at once, whatever the resistance."""

    __slots__ = ()

    def update(self, set_ma: float, rise_v_per_s: float, dt_s: float) -> float:
        """As much as the board has."""
        del set_ma, rise_v_per_s, dt_s
        self.asked_v = self.most_v
        return self.asked_v


class _Unfrozen(Compliance):
    """Follows a resistance that rises, as if no hand were leaving."""

    __slots__ = ()

    def update(self, set_ma: float, rise_v_per_s: float, dt_s: float) -> float:
        """As if the resistance stood still."""
        fast_ohm, self._loop_fast_ohm = self._loop_fast_ohm, 0.0
        asked_v = super().update(set_ma, rise_v_per_s, dt_s)
        self._loop_fast_ohm = fast_ohm
        return asked_v


def _binding(daemon: Daemon) -> None:
    was = daemon.run_now.compliance
    daemon.run_now.compliance = _Unbound(was.most_v, was.probe_v)


def _frozen(daemon: Daemon) -> None:
    was = daemon.run_now.compliance
    daemon.run_now.compliance = _Unfrozen(was.most_v, was.probe_v)


LIMITS: Final = (
    Control("limit.device", "25 mA whatever was asked", _device),
    Control("limit.board", "what the calibration proves", _board),
    Control("limit.site", "the device's ceiling of the site", _of_site),
    Control("limit.prescriber", "the most that a prescriber may raise to", _prescriber),
    Control("limit.prescription", "the most that was prescribed", _prescription),
    Control("limit.voltage", "the patient's volts stay below 44 V", lambda d: _never(d, 1, math.inf)),
    Control("limit.compliance", "the source stays in regulation", lambda d: _never(d, 2, math.inf)),
    Control("limit.lease", "without a living screen nothing flows", _no_lease),
    Control("limit.time", "the longest time of the site", _time),
    Control("limit.charge", "0.20 C/cm2 shortens the plan", _charge),
    Control("limit.over_treatment", "skin far drier than before gets less time, or none", _over_treatment),
    Control("limit.ramp", "1 mA/s up at most, planned falls 3 mA/s", _ramp),
    Control("limit.probe", "CONTACT: 0.5 mA and 5 V at most", _probe),
    Control("compliance.binding", "V_COMP bound to the running resistance", _binding),
    Control("compliance.frozen", "V_COMP stands while the resistance rises", _frozen),
)
