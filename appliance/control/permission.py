"""Permission to treat: the recorder's permits and the dose ledger, behind one port.

The ledger is on disk with fsync, and a card may take longer over one than the watchdog waits (31 ms). So a single
worker does nothing but write and sync, both of which release the interpreter; the tick only looks whether it is done.
It must never let a session leave ARMED before its line is on disk.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Final, NamedTuple

from appliance.control.ledger import LEAST_GAP, Ledger
from appliance.control.moment import Moment, comparable, least_between
from appliance.control.permits import DEMO, Permits
from appliance.errors import IontoError, LinkError, RecordsError
from appliance.link.messages import PermitGrant, Start


class _Treatment(NamedTuple):
    """Of whom the active session is."""

    patient: str
    site: str
    permit: str


_WAKE_S: Final = 10.0


def _wake() -> None:
    """Nothing: the worker's first task."""


class LedgerPermission:
    """`control.commands.Permission` of a daemon with a disk."""

    def __init__(self, permits: Permits, ledger: Ledger, now: Callable[[], Moment]) -> None:
        """`now` reads every clock: treatments are hours apart, and programs and boots lie between them."""
        self._permits = permits
        self._ledger = ledger
        self._now = now
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        # Its thread exists before memory is locked: locking a new stack takes longer than the watchdog waits.
        self._worker.submit(_wake).result(timeout=_WAKE_S)
        self._writing: Future[None] | None = None
        self._checked: dict[str, _Treatment] = {}

    def grant(self, grant: PermitGrant, t_ns: int) -> None:
        """The recorder allows one treatment."""
        self._permits.grant(grant, t_ns)

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """Patient pseudonym of a valid permit.

        Raises:
            LinkError: E108 the ledger is still being written; E109, E110, E114, E115.
            RecordsError: E603 the ledger was damaged of late.
            ConfigError: E512 'demo' on a real device.
        """
        if self._writing is not None and not self._writing.done():
            raise LinkError("E108", "the last treatment is still being written down; try again in a moment")
        permit = self._permits.check(start, t_ns, recorder_connected=recorder_connected)
        patient = f"{DEMO}-{start.id}" if permit.id == DEMO else permit.patient
        self._refuse_again(patient, start.plan.site)
        self._checked = {start.id: _Treatment(patient, start.plan.site, permit.id)}
        return patient

    def _refuse_again(self, patient: str, site: str) -> None:
        """Nobody twice a day, as far as the ledger and the clocks can exclude it."""
        now = self._now()
        damaged = self._ledger.damage_lately(now)
        if damaged is not None:
            what = f"a part of the dose ledger could not be read and is in {damaged.aside}"
            raise RecordsError("E603", f"{what}; nobody is treated for {_wait(damaged.at, now)}")
        last = self._ledger.treated_lately(patient, site, now)
        if last is None:
            return
        if comparable(last, now):
            raise LinkError("E110", f"{site} of this person: come back in {_wait(last, now)}, or tomorrow")
        why = "this device knows no date, now or of the last treatment"
        raise LinkError("E115", f"{site} of this person: {why}; leave it switched on for {_wait(last, now)}")

    def begun(self, session: str) -> None:
        """Begin to write that this session may give a dose; see `settled`."""
        treatment = self._checked[session]
        self._writing = self._worker.submit(self._ledger.begun, treatment.patient, treatment.site, session, self._now())

    def settled(self) -> bool:
        """Whether the last line is on disk.

        Raises:
            RecordsError: E602 it could not be written.
        """
        if self._writing is None:
            return True
        if not self._writing.done():
            return False
        done, self._writing = self._writing, None
        done.result()
        return True

    def spent(self, session: str) -> None:
        """RAMP_UP reached: the permit is consumed."""
        treatment = self._checked.get(session)
        if treatment is not None:
            self._permits.consume(treatment.permit)

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """Begin to write what was delivered. Without this line the session counts as a treatment."""
        self._writing = self._worker.submit(self._close, session, charge_mc, treated)

    def _close(self, session: str, charge_mc: float, treated: bool) -> None:
        self._ledger.closed(session, charge_mc, self._now(), treated=treated)

    def close(self) -> None:
        """Let the worker finish what it has, then close the file.

        Raises:
            IontoError: what the last line ran into.
        """
        self._worker.shutdown(wait=True)
        last = self._writing.exception() if self._writing is not None else None
        self._ledger.close()
        if isinstance(last, IontoError):
            raise last


def _wait(since: Moment, now: Moment) -> str:
    """Until a day has certainly passed, in hours and minutes, rounded up."""
    minutes = -((least_between(since, now) - LEAST_GAP) // timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} min"
