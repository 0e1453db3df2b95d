"""Rules of the session and of CONTACT taken out."""

from typing import Any, Final

from appliance.control.daemon import Daemon
from appliance.proof.removals.control import Control, after, nothing, replace
from appliance.treatment.contact import ContactProbe
from appliance.treatment.pause import Interruption
from appliance.treatment.session import Seen
from appliance.units import NS_PER_S

ENDLESS_S: Final = 1e6
JUMP_S: Final = 1e-3


class _Probe(ContactProbe):
    """A probe that lacks rules: the names of those that it does not know."""

    ignores: frozenset[str] = frozenset()

    def _is_steady(self, return_ma: float) -> bool:
        steady = super()._is_steady(return_ma)
        return steady or "contact.stable" in self.ignores

    def _is_same_loop(self, *args: Any) -> bool:
        same = super()._is_same_loop(*args)
        return same or "contact.stable" in self.ignores

    def _judge(self, found: Any) -> str | None:
        why = super()._judge(found)
        if why == "E215" and "contact.soft_water" in self.ignores:
            why = super()._judge(found._replace(r_inst_ohm=min(found.r_inst_ohm, 1000.0)))
        if why == "E213":
            small = found.loop_ohm < self._site.body_min_ohm
            name = "contact.body_min" if small else "contact.signature"
            others = found.is_body or not small or "contact.signature" in self.ignores
            if name in self.ignores and others:
                least_f = 0.35 * 20e-9 * self._site.nominal_area_cm2
                why = "E216" if found.c_skin_f < least_f else None
        return None if why == "E216" and "contact.area" in self.ignores else why


def _contact(name: str) -> Control:
    def remove(daemon: Daemon) -> None:
        run = daemon.run_now

        def swap(*_args: object) -> None:
            probe = run.probe
            if probe is not None and probe.__class__ is ContactProbe:
                probe.__class__ = _Probe
            if isinstance(probe, _Probe):
                probe.ignores |= {name}

        after(run, "enter", swap)

    return Control(name, f"CONTACT without its rule {name}", remove)


def _armed_pedal(daemon: Daemon) -> None:
    """Hands in the water are taken for consent: no pedal is waited for."""
    session = daemon.session

    def at_once(seen: Seen) -> None:
        if seen.blocked is None:
            session._enter_contact(resuming=False)

    replace(session, "_armed", at_once)


def _dwell(daemon: Daemon) -> None:
    session = daemon.session

    def hurry(_seen: Seen) -> None:
        if session._zero_since_ns is not None:
            session._zero_since_ns -= NS_PER_S

    after(session, "_reverse", hurry)


class _AnyonesPause(Interruption):
    """Forgets that a person paused it."""

    __slots__ = ()

    @property
    def by_person(self) -> bool:
        """Never."""
        return False


def _resume_by_person(daemon: Daemon) -> None:
    daemon.session._away = _AnyonesPause()


def _contact_total(daemon: Daemon) -> None:
    session = daemon.session

    def forget(_seen: Seen) -> None:
        session.contact_s = 0.0

    after(session, "_contact", forget)


class _EndlessPause(Interruption):
    """Waits for ever."""

    __slots__ = ()

    def left_s(self, t_ns: int) -> float:
        """Always more."""
        del t_ns
        return ENDLESS_S


def _pause_ends(daemon: Daemon) -> None:
    daemon.session._away = _EndlessPause()


def _stop(daemon: Daemon) -> None:
    replace(daemon.session, "stop", nothing)


def _stings(daemon: Daemon) -> None:
    replace(daemon.session, "stings", lambda: True)


def _fade(daemon: Daemon) -> None:
    """A person's pause and STOP jump to zero."""
    session = daemon.session
    fade = session._fade
    replace(session, "_fade", lambda after, _in_s, *rest: fade(after, JUMP_S, *rest))


def _from_zero(daemon: Daemon) -> None:
    session = daemon.session

    def begin_high(state: str) -> None:
        if state == "RAMP_UP":
            session.base_ma = session.choice_ma

    after(session, "_enter", begin_high)


def _charge_ceiling(daemon: Daemon) -> None:
    """Neither the charge nor the time that was measured ends it."""
    session = daemon.session

    def run() -> None:
        if session.state == "RAMP_DOWN":
            if session.base_ma <= 0.0:
                session._faded()
        elif session.state == "RAMP_UP" and session._settled():
            session._enter("HOLD")

    replace(session, "_run", run)


def _acknowledge(daemon: Daemon) -> None:
    """Anyone leads out of FAULT."""
    commands = daemon.commands
    acknowledge = commands._acknowledge
    replace(commands, "_acknowledge", lambda _role, core: acknowledge("technician", core))


SESSION: Final = (
    *(_contact(f"contact.{rule}") for rule in ("stable", "signature", "body_min", "area", "soft_water")),
    Control("session.armed_pedal", "hands begin by the pedal", _armed_pedal),
    Control("session.dwell", "1 s at zero before the other direction", _dwell),
    Control("session.resume_by_person", "after a person's pause only a person leads back", _resume_by_person),
    Control("session.contact_total", "6 min of probe in a session at most", _contact_total),
    Control("session.pause_ends", "pauses and tries together last 2 min", _pause_ends),
    Control("session.stop", "STOP by anyone, from anywhere", _stop),
    Control("session.stings", "'it stings': to zero in 0.5 s", _stings),
    Control("session.fade", "a pause and STOP fade, they do not jump", _fade),
    Control("session.from_zero", "each RAMP_UP begins at zero", _from_zero),
    Control("session.charge_ceiling", "it ends at the ceilings of charge and time", _charge_ceiling),
    Control("session.acknowledge", "FAULT is left by the role that the code demands", _acknowledge),
)
