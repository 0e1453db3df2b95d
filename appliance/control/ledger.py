"""The daemon's own memory of who was treated where and when, so that no other program can allow it twice a day.

A file of JSON lines that only grows. Its writes wait for the disk: call them only while the output is open. It must
never forget a treatment: what began and was never closed, by a crash, counts as given.
"""

import errno
import fcntl
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from appliance.control.moment import Moment, dated, least_between
from appliance.errors import RecordsError

_ASIDE_MAX: Final = 1000
# Between two treatments of one site [D]: one a day. A night always lies between them, wherever the device stands: a
# date would change at noon for some, and a clock without a time zone cannot know for whom.
LEAST_GAP: Final = timedelta(hours=16)


class Began(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="began"):
    """Written before CONTACT."""

    session: str
    patient: str
    site: str
    at: Moment  # when it began
    simulated: bool


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="closed"):
    """Written when the session is over. It repeats who and where: one damaged line never hides a treatment."""

    session: str
    patient: str
    site: str
    at: Moment  # when it began; with its date, if the clock was set meanwhile
    simulated: bool
    treated: bool  # RAMP_UP was reached
    charge_mc: float


class Damaged(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="damaged"):
    """Written when lines were found that nobody can read: they may have been of anybody, and of just now."""

    at: Moment
    aside: str  # name of the file that has them


Entry = Began | Closed | Damaged

_decoder: Final = msgspec.json.Decoder(Entry)
_encoder: Final = msgspec.json.Encoder()
_BEGINNING: Final = '{"type":"'


class Ledger:
    """The ledger of one device; a simulated one keeps it in the directory of its run."""

    def __init__(self, path: Path, now: Moment, *, simulated: bool) -> None:
        """Open or create.

        A last line that a power cut left unfinished is removed. A damaged file is set aside, and what is readable of
        it kept, together with a note of the damage: see `damage_lately`.

        Raises:
            RecordsError: E601 it cannot be read; E602 it cannot be written.
        """
        self._path = path
        self._simulated = simulated
        self._open: dict[str, tuple[Began, Began | Closed | None]] = {}  # and what was the last before it
        self._last: dict[tuple[str, str], Began | Closed] = {}  # of each patient and site
        self._damaged: Damaged | None = None
        self.newest: Moment | None = None  # when the newest session began, given or not
        try:
            self._fd = _opened(path)
        except OSError as error:
            raise RecordsError("E601", f"cannot open the dose ledger {path}: {error.strerror}") from error
        try:
            self._load(path.read_bytes(), now)
            _sync_directory(path.parent)
        except OSError as error:
            os.close(self._fd)
            raise RecordsError("E602", f"cannot read or write the dose ledger {path}: {error.strerror}") from error
        except RecordsError:
            os.close(self._fd)
            raise

    def treated_lately(self, patient: str, site: str, now: Moment) -> Moment | None:
        """When this patient's site was treated last, unless `LEAST_GAP` has certainly passed since.

        A session that began and was not closed counts: ask before `begun`.
        """
        last = self._last.get((patient, site))
        return last.at if last is not None and least_between(last.at, now) < LEAST_GAP else None

    def damage_lately(self, now: Moment) -> Damaged | None:
        """Damage that may hide a treatment of anybody, until `LEAST_GAP` has certainly passed since it was found."""
        damaged = self._damaged
        return damaged if damaged is not None and least_between(damaged.at, now) < LEAST_GAP else None

    def begun(self, patient: str, site: str, session: str, now: Moment) -> None:
        """Put on disk that a session is about to touch a patient; before CONTACT, with the output open.

        Raises:
            RecordsError: E602 it is not on disk: the start must be refused.
        """
        self._write(Began(session, patient, site, now, self._simulated))

    def closed(self, session: str, charge_mc: float, now: Moment, *, treated: bool) -> None:
        """Put on disk how a session ended; at IDLE or DONE, with the output open.

        Args:
            session: that `begun` was called with.
            charge_mc: measured, in millicoulombs.
            now: when it is written down.
            treated: whether RAMP_UP was reached; if not, the patient may still be treated today.

        Raises:
            RecordsError: E602 it is not on disk: the session counts as a treatment.
            ValueError: no such session is open.
        """
        if session not in self._open:
            raise ValueError(f"session {session!r} is not open in the dose ledger")
        began, _ = self._open[session]
        at = dated(began.at, now)
        self._write(Closed(session, began.patient, began.site, at, began.simulated, treated, charge_mc))

    def close(self) -> None:
        """Give the file back."""
        os.close(self._fd)

    def _write(self, entry: Entry) -> None:
        self._append(entry)
        self._note(entry)

    def _note(self, entry: Entry) -> None:
        """What began counts, until it is known that nothing was given; an id that comes twice takes nothing back."""
        if isinstance(entry, Damaged):
            self._damaged = entry
            return
        who = (entry.patient, entry.site)
        self.newest = entry.at
        if isinstance(entry, Began):
            self._open[entry.session] = (entry, self._last.get(who))
            self._last[who] = entry
            return
        began, before = self._open.pop(entry.session, (None, None))
        if entry.treated:
            self._last[who] = entry
        elif began is not None and self._last.get(who) is began:
            self._restore(who, before)

    def _restore(self, who: tuple[str, str], before: Began | Closed | None) -> None:
        if before is None:
            del self._last[who]
        else:
            self._last[who] = before

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

    def _load(self, raw: bytes, now: Moment) -> None:
        """Read every line; damaged ones are set aside, and that is noted in their place.

        The last is torn when a power cut left the beginning of an entry; anything else there is damage.
        """
        *lines, last = raw.split(b"\n")
        torn = not last or _torn(last)
        self._size = len(raw) - len(last)  # what is torn had not reached the disk: nothing was energised after it
        if not torn:
            lines.append(last)
        good: list[bytes] = []
        for line in lines:
            entry = _entry(line)
            if entry is not None:
                good.append(line)
                self._note(entry)
        if len(good) < len(lines) or not torn:
            damaged = Damaged(now, _free_name(self._path).name)
            self._set_aside(damaged.aside, b"".join(line + b"\n" for line in [*good, _encoder.encode(damaged)]))
            self._note(damaged)

    def _set_aside(self, aside: str, content: bytes) -> None:
        """Keep the damaged file under another name, and what is readable of it, with the note, under its own."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.unlink(missing_ok=True)
        fd = _opened(fresh)
        try:
            with open(fd, "wb", closefd=False) as file:
                file.write(content)
                file.flush()
                os.fsync(fd)
            os.link(self._path, self._path.with_name(aside))
            fresh.replace(self._path)
        except OSError:
            os.close(fd)
            raise
        os.close(self._fd)
        self._fd, self._size = fd, len(content)
        _sync_directory(self._path.parent)


def _opened(path: Path) -> int:
    """For this program alone: a second one would write over what this one wrote."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        if error.errno == errno.EWOULDBLOCK:
            raise RecordsError("E601", f"another program has the dose ledger {path}; stop it first") from error
        raise
    return fd


def _entry(line: bytes) -> Entry | None:
    """One line, or None if it is damaged."""
    try:
        entry: Entry = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return entry


def _torn(last: bytes) -> bool:
    """Whether it may be the beginning of one entry, and is not all of it or more."""
    text = last.decode(errors="replace")
    if not text.isprintable() or not (text.startswith(_BEGINNING) or _BEGINNING.startswith(text)):
        return False
    try:
        json.JSONDecoder().raw_decode(text)
    except ValueError:
        return True
    return False


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
