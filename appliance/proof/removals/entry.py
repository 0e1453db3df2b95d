"""What stands before a treatment, taken out: permits, the ledger, one session at a time, the self-test's checks."""

from typing import Any, Final

from appliance.control.commands import Commands, Permission
from appliance.control.core import Core
from appliance.control.daemon import Daemon
from appliance.errors import IontoError
from appliance.link.messages import PermitGrant, Start
from appliance.proof.removals.control import Control, nothing, replace
from appliance.safety.sample import Sample
from appliance.treatment.pedal import Pedal

LEDGER_SAYS: Final = frozenset(("E110", "E115", "E603"))
# Checks of the self-test by their lines in its report; a control is all checks that begin so.
CHECKS: Final[dict[str, tuple[str, ...]]] = {
    "self_test.watchdog": ("watchdog", "withheld kick"),
    "self_test.latch": ("kick alone", "latch resets"),
    "self_test.rest": ("current at rest",),
    "self_test.probe": ("probe",),
    "self_test.high_side": ("high-side",),
    "self_test.limiter": ("limiter's resistor",),
    "self_test.loopback": ("DAC1's output",),
    "self_test.points": tuple(f"{ma:g} mA on the dummy" for ma in (2.0, 10.0, 25.0)),
    "self_test.volts": ("volts at", "volts without"),
    "self_test.full_scale": ("hardware limit",),
    "self_test.comparators": ("comparator",),
    "self_test.polarity": ("polarity relay",),
    "self_test.relay": ("relay at rest", "dummy load keeps", "safety relay"),
}


class _Loose:
    """A permission that lacks one rule and has the others of the real one."""

    def __init__(self, inner: Permission, lacks: str) -> None:
        self._inner = inner
        self._lacks = lacks

    def grant(self, grant: PermitGrant, t_ns: int) -> None:
        """As the real one."""
        self._inner.grant(grant, t_ns)

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """Without the rule that is lacking; the others refuse as ever."""
        if self._lacks == "recorder":
            recorder_connected = True
        try:
            return self._inner.check(start, t_ns, recorder_connected=recorder_connected)
        except IontoError as error:
            if (self._lacks, error.code) == ("permit", "E109"):
                return self._anyone(start, t_ns)
            if self._lacks == "ledger" and error.code in LEDGER_SAYS:
                return self._again(start, t_ns)
            raise

    def _anyone(self, start: Start, t_ns: int) -> str:
        """As if this very plan had been permitted."""
        from appliance.link.plan_hash import plan_hash  # noqa: PLC0415 - only where a permit is forged

        forged = f"forged-{start.id}"
        grant = PermitGrant(forged, forged, start.plan.site, 0, forged, plan_hash(start.plan))
        self._inner.grant(grant, t_ns)
        return self._inner.check(Start(start.id, forged, start.plan), t_ns, recorder_connected=True)

    def _again(self, start: Start, t_ns: int) -> str:
        """As if someone else came."""
        return self._anyone(start, t_ns)

    def begun(self, session: str) -> None:
        """As the real one."""
        self._inner.begun(session)

    def settled(self) -> bool:
        """At once, when nobody waits for the disk."""
        return self._lacks == "ledger_on_disk" or self._inner.settled()

    def spent(self, session: str) -> None:
        """As the real one."""
        self._inner.spent(session)

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """As the real one."""
        self._inner.closed(session, charge_mc, treated=treated)


def _permission(rule: str, what: str) -> Control:
    def remove(daemon: Daemon) -> None:
        daemon.commands._permission = _Loose(daemon.commands._permission, rule)

    return Control(f"permission.{rule}", what, remove)


def _one_session(daemon: Daemon) -> None:
    """A start in any state, with any id, as the newest: what is under way is dropped for it."""
    commands, session = daemon.commands, daemon.session
    start = session.start

    def anyhow(session_id: str, plan: Any) -> bool:
        session.state = "IDLE"
        return start(session_id, plan)

    replace(commands, "_refuse_now", nothing)
    replace(session, "start", anyhow)
    forget = Commands._start

    def again(command: Start, core: Core) -> Any:
        commands._started = None
        return forget(commands, command, core)

    replace(commands, "_start", again)


def _one_change(daemon: Daemon) -> None:
    replace(daemon.commands, "_refuse_second", nothing)


def _output_time(daemon: Daemon) -> None:
    replace(daemon.output_timer, "rest_left_s", lambda _t_ns: 0.0)


class _NeverStuck(Pedal):
    """Whatever it reads, somebody may be pressing it."""

    __slots__ = ()

    @property
    def stuck(self) -> bool:
        """Never."""
        return False


def _trays_proved(daemon: Daemon) -> None:
    replace(daemon.commands, "_refuse_unproved", nothing)


def _pedal_stuck(daemon: Daemon) -> None:
    daemon.session.pedal = _NeverStuck()


def _required(daemon: Daemon) -> None:
    """IDLE at once, untested."""

    def pass_at_once(_s: Sample) -> None:
        daemon.self_test = None
        daemon.session.self_test_passed()

    replace(daemon, "_self_test", pass_at_once)


def _check(name: str, lines: tuple[str, ...]) -> Control:
    def remove(daemon: Daemon) -> None:
        run = daemon._self_test

        def blind(s: Sample) -> None:
            test = daemon.self_test
            if test is not None and "check" not in vars(test.trial):
                check = test.trial.check
                replace(
                    test.trial, "check", lambda n, code, ok, found: check(n, code, ok or n.startswith(lines), found)
                )
            run(s)

        replace(daemon, "_self_test", blind)

    return Control(name, f"the self-test's {', '.join(lines)}", remove)


ENTRY: Final = (
    _permission("permit", "a start needs the recorder's permit"),
    _permission("ledger", "one treatment a day and site"),
    _permission("ledger_on_disk", "nothing closes before the ledger's line is on disk"),
    _permission("recorder", "no start without a connected recorder"),
    Control("commands.one_session", "one session at a time, an id once", _one_session),
    Control("commands.one_change", "one change of state a tick leads on", _one_change),
    Control("commands.output_time", "output time stays below the treatment timer", _output_time),
    Control("trays.proved", "a tray's switch must open between two treatments", _trays_proved),
    Control("commands.pedal_stuck", "no start with a pedal that nobody can be pressing", _pedal_stuck),
    Control("self_test.required", "IDLE through a passed self-test alone", _required),
    *(_check(name, lines) for name, lines in CHECKS.items()),
)
