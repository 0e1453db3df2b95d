"""The recorder: takes what the daemon says, puts it on disk, and only then says so to the daemon.

It may be killed at any moment: what it had acknowledged is on disk, the daemon sends the rest again, and nothing is
recorded twice. While it cannot write it stays alive and leaves the daemon, so that nobody starts a treatment that
would leave no record.
"""

import logging
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.errors import RecordsError
from appliance.link.client import newest_status
from appliance.link.messages import Accepted, Ack, Answer, Event, Refused, Status, Welcome
from appliance.link.roles import Roles
from appliance.records.daemon_link import DaemonLink
from appliance.records.issuing import Issuing
from appliance.records.writer import Writer
from appliance.units import NS_PER_S

WAIT_S: Final = 0.1  # for something to do; also how soon `stop` is seen
SAMPLE_EVERY_NS: Final = NS_PER_S - NS_PER_S // 20  # less half a status period: ten statuses a second
OVER: Final = ("IDLE", "DONE", "FAULT")
RETRY_S: Final = 2.0  # after a write failed

log: Final = logging.getLogger("ionto.recorder")


class Recorder:
    """All of the recorder but its loop."""

    def __init__(self, control_socket: Path, recorder_socket: Path, db_path: Path, roles: Roles) -> None:
        """Open records and socket.

        Raises:
            RecordsError: E601 the records cannot be opened. A full disk is no error here: it tries again.
            LinkError: E106 another recorder runs. ConfigError: E503, E509 the socket cannot be made.
        """
        self._db_path = db_path
        self._daemon = DaemonLink(control_socket)
        self._issuing = Issuing(recorder_socket, roles, self._daemon)
        self._writer: Writer | None = None
        self._retry_at_s = 0.0
        self._said = ""  # what keeps us from writing
        self._boot = ""
        self._latest: Status | None = None  # of a session that runs
        self._sampled: tuple[str, str | None, int] = ("", None, 0)  # boot, session and time of the last sample
        try:
            self._open(time.monotonic())
        except RecordsError:
            self._issuing.close()
            raise

    def wait(self) -> None:
        """Until something arrives, at most `WAIT_S`."""
        waiter = select.poll()
        waiter.register(self._issuing, select.POLLIN)
        daemon = self._daemon.fileno()
        if daemon is not None:
            waiter.register(daemon, select.POLLIN)
        waiter.poll(WAIT_S * 1000)

    def step(self) -> None:
        """Do what there is to do, without waiting for anyone but the disk."""
        now_s = time.monotonic()
        if self._writer is None:
            self._open(now_s)
        if self._writer is not None:
            self._daemon.connect(now_s)
        try:
            self._take(self._daemon.poll(now_s), now_s)
            if self._daemon.fileno() is None:
                self._daemon_left()
        except RecordsError as error:
            self._block(error, now_s)
        self._issuing.serve(self._writer, now_s)

    def close(self) -> None:
        """Leave everyone; the records are closed whole."""
        self._daemon.close()
        self._issuing.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _take(self, answers: list[Answer], now_s: float) -> None:
        """Record first, acknowledge then."""
        writer = self._writer
        if writer is None or not answers:
            return
        status, others = newest_status(answers)
        events: list[Event] = []
        for answer in others:
            match answer:
                case Welcome():
                    self._boot = answer.boot
                    writer.close_interrupted(answer.boot)
                case Event():
                    events.append(answer)
                case Accepted(re="permit") | Refused(re="permit"):
                    self._issuing.answered(answer)
                case Refused():
                    log.error("the daemon refused our %s: %s %s", answer.re or "message", answer.code, answer.message)
        welcome = self._daemon.welcome
        if events and welcome is not None:
            writer.add_events(self._boot, events, simulated=welcome.simulated)
            self._daemon.send(Ack(events[-1].seq), now_s)
        if status is not None:
            self._sample(writer, status)

    def _sample(self, writer: Writer, status: Status) -> None:
        """One a second while a session runs. One that has ended may be looked at for days, and says nothing new."""
        runs = status.session is not None and status.state not in OVER
        self._latest = status if runs else None
        boot, session, t_mono_ns = self._sampled
        new = (boot, session) != (self._boot, status.session)
        due = new or status.t_mono_ns - t_mono_ns >= SAMPLE_EVERY_NS
        if self._latest is not None and due:
            writer.add_sample(self._boot, status)
            self._sampled = (self._boot, status.session, status.t_mono_ns)

    def _daemon_left(self) -> None:
        """It may be dead: what was last seen of its session is all that will be known."""
        self._issuing.daemon_left()
        if self._latest is not None and self._writer is not None:
            self._writer.add_sample(self._boot, self._latest)
            self._latest = None

    def _open(self, now_s: float) -> None:
        """Open the records, or, if they cannot be written, try again later."""
        if now_s < self._retry_at_s:
            return
        try:
            self._writer = Writer(self._db_path)
            self._writer.probe()
            if self._said:
                log.info("the records can be written again")
                self._said = ""
        except RecordsError as error:
            if error.code != "E602":
                raise
            self._block(error, now_s)

    def _block(self, error: RecordsError, now_s: float) -> None:
        """Nothing can be written: acknowledge nothing, leave the daemon, try again."""
        if error.message != self._said:
            log.error("%s %s; trying again every %g s", error.code, error.message, RETRY_S)
            self._said = error.message
        self._retry_at_s = now_s + RETRY_S
        self._daemon.close()
        self._issuing.daemon_left()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def run(control_socket: Path, recorder_socket: Path, db_path: Path, stop: Callable[[], bool], *, roles: Roles) -> None:
    """Record until `stop` says so; it is asked at least every 0.1 s. For the errors see `Recorder`."""
    recorder = Recorder(control_socket, recorder_socket, db_path, roles)
    try:
        while not stop():
            recorder.wait()
            recorder.step()
    finally:
        recorder.close()
