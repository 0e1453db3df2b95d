"""Permission to treat: the recorder's permits and the dose ledger, behind one port.

The ledger is on disk with fsync, and a card may take longer over one than the watchdog waits (31 ms). So a single
worker does nothing but write and sync, both of which release the interpreter; the tick only looks whether it is done.
It must never let a session leave ARMED before its line is on disk.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final, NamedTuple

from appliance.control.ledger import Ledger
from appliance.control.permits import DEMO, Permits
from appliance.errors import IontoError, LinkError
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

    def __init__(self, permits: Permits, ledger: Ledger, now_utc: Callable[[], datetime]) -> None:
        """`now_utc` reads the wall clock: treatments are hours apart, and programs and boots lie between them."""
        self._permits = permits
        self._ledger = ledger
        self._now_utc = now_utc
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
            LinkError: E108 the ledger is still being written; E109, E110, E114.
            ConfigError: E512 'demo' on a real device.
        """
        if self._writing is not None and not self._writing.done():
            raise LinkError("E108", "the last treatment is still being written down; try again in a moment")
        permit = self._permits.check(start, t_ns, recorder_connected=recorder_connected)
        patient = f"{DEMO}-{start.id}" if permit.id == DEMO else permit.patient
        last_utc = self._ledger.treated_lately(patient, start.plan.site, self._now_utc())
        if last_utc is not None:
            when = f"{last_utc:%Y-%m-%d %H:%M} UTC by this device's clock"
            raise LinkError("E110", f"{start.plan.site} of this person was treated on {when}; come back tomorrow")
        self._checked = {start.id: _Treatment(patient, start.plan.site, permit.id)}
        return patient

    def begun(self, session: str) -> None:
        """Begin to write that this session may give a dose; see `settled`."""
        treatment = self._checked[session]
        now_utc = self._now_utc()
        self._writing = self._worker.submit(self._ledger.begun, treatment.patient, treatment.site, session, now_utc)

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
        self._ledger.closed(session, charge_mc, treated=treated)

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
