"""The daemon's own memory of who was treated where and when, so that no other program can allow it twice a day.

A file of JSON lines that only grows. Its writes wait for the disk: call them only while the output is open. It must
never forget a treatment: what began and was never closed, by a crash, counts as given.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from appliance.errors import RecordsError

_ASIDE_MAX: Final = 1000
# Between two treatments of one site [D]: one a day, and a day that ends at noon or midnight makes no two of them.
LEAST_GAP: Final = timedelta(hours=12)


class Began(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="began"):
    """Written before CONTACT."""

    session: str
    patient: str
    site: str
    at_utc: datetime  # when it began
    simulated: bool


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="closed"):
    """Written when the session is over. It repeats who and where: one damaged line never hides a treatment."""

    session: str
    patient: str
    site: str
    at_utc: datetime  # when it began
    simulated: bool
    treated: bool  # RAMP_UP was reached
    charge_mc: float


Entry = Began | Closed

_decoder: Final = msgspec.json.Decoder(Entry)
_encoder: Final = msgspec.json.Encoder()


class Ledger:
    """The ledger of one device; a simulated one keeps it in the directory of its run."""

    def __init__(self, path: Path, *, simulated: bool) -> None:
        """Open or create.

        A last line that a power cut left unfinished is removed.

        Raises:
            RecordsError: E601 it cannot be read, or is damaged: it was then set aside, what is readable was kept, and
                opening again works; E602 it cannot be written.
        """
        self._path = path
        self._simulated = simulated
        self._open: dict[str, Began] = {}
        self._treated: dict[tuple[str, str], datetime] = {}  # the last time
        self.last_utc: datetime | None = None  # when the newest session began, given or not
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RecordsError("E601", f"cannot open the dose ledger {path}: {error.strerror}") from error
        try:
            self._size = self._load(path.read_bytes())
            _sync_directory(path.parent)
        except OSError as error:
            os.close(self._fd)
            raise RecordsError("E602", f"cannot read or write the dose ledger {path}: {error.strerror}") from error
        except RecordsError:
            os.close(self._fd)
            raise

    def treated_lately(self, patient: str, site: str, now_utc: datetime) -> datetime | None:
        """When this patient's site was treated last, if that was on this day or less than `LEAST_GAP` ago.

        The board has no clock of its own: one that stands behind what it wrote itself has gone back, and what it
        wrote counts as of now. A session that began and was not closed counts: ask before `begun`.
        """
        who = (patient, site)
        times = [began.at_utc for began in self._open.values() if (began.patient, began.site) == who]
        if who in self._treated:
            times.append(self._treated[who])
        last = max(times, default=None)
        if last is None or (last + LEAST_GAP <= now_utc and last.date() < now_utc.date()):
            return None
        return last

    def begun(self, patient: str, site: str, session: str, at_utc: datetime) -> None:
        """Put on disk that a session is about to touch a patient; before CONTACT, with the output open.

        Raises:
            RecordsError: E602 it is not on disk: the start must be refused.
        """
        entry = Began(session, patient, site, at_utc, self._simulated)
        self._append(entry)
        self._note(entry)

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """Put on disk how a session ended; at IDLE or DONE, with the output open.

        Args:
            session: that `begun` was called with.
            charge_mc: measured, in millicoulombs.
            treated: whether RAMP_UP was reached; if not, the patient may still be treated today.

        Raises:
            RecordsError: E602 it is not on disk: the session counts as a treatment.
            ValueError: no such session is open.
        """
        began = self._open.get(session)
        if began is None:
            raise ValueError(f"session {session!r} is not open in the dose ledger")
        entry = Closed(session, began.patient, began.site, began.at_utc, began.simulated, treated, charge_mc)
        self._append(entry)
        self._note(entry)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._fd)

    def _note(self, entry: Entry) -> None:
        self.last_utc = entry.at_utc if self.last_utc is None else max(self.last_utc, entry.at_utc)
        if isinstance(entry, Began):
            left = self._open.get(entry.session)
            if left is not None:  # an id that came twice closes nothing: what was left open counts for ever
                self._treat(left)
            self._open[entry.session] = entry
            return
        self._open.pop(entry.session, None)
        if entry.treated:
            self._treat(entry)

    def _treat(self, entry: Entry) -> None:
        who = (entry.patient, entry.site)
        self._treated[who] = max(entry.at_utc, self._treated.get(who, entry.at_utc))

    def _append(self, entry: Entry) -> None:
        """Write behind the last good byte: what a failed write left there is overwritten."""
        line = _encoder.encode(entry) + b"\n"
        try:
            os.ftruncate(self._fd, self._size)
            written = os.pwrite(self._fd, line, self._size)
            if written < len(line):
                raise OSError(0, f"only {written} of {len(line)} bytes were written")
            os.fsync(self._fd)
        except OSError as error:
            raise RecordsError("E602", f"cannot write the dose ledger {self._path}: {error.strerror}") from error
        self._size += len(line)

    def _load(self, raw: bytes) -> int:
        """Read every line; the length of what is good, in bytes."""
        *lines, unfinished = raw.split(b"\n")
        good: list[bytes] = []
        for line in lines:
            entry = _entry(line)
            if entry is not None:
                good.append(line)
                self._note(entry)
        if len(good) < len(lines):
            self._set_aside(good, 1 + next(n for n, line in enumerate(lines) if _entry(line) is None))
        return len(raw) - len(unfinished)

    def _set_aside(self, good: list[bytes], number: int) -> None:
        """Keep the damaged file under another name, and what is readable of it under its own."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("wb") as file:
            file.write(b"".join(line + b"\n" for line in good))
            file.flush()
            os.fsync(file.fileno())
        aside = _free_name(self._path)
        os.link(self._path, aside)
        fresh.replace(self._path)
        _sync_directory(self._path.parent)
        raise RecordsError(
            "E601",
            f"line {number} of the dose ledger {self._path} is damaged; it was set aside as {aside.name} and what is"
            " readable was kept: look at it, then start again",
        )


def _entry(line: bytes) -> Entry | None:
    """One line, or None if it is damaged."""
    try:
        entry: Entry = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return entry


def _free_name(path: Path) -> Path:
    """A name beside `path` that is not taken."""
    for number in range(1, _ASIDE_MAX):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            return aside
    raise RecordsError("E601", f"there are {_ASIDE_MAX} damaged dose ledgers beside {path}; look at them")


def _sync_directory(directory: Path) -> None:
    """Make a new or renamed file survive a power cut."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
