"""The recorder's connection to the daemon: made again, with growing pauses, whenever it ends. It never waits."""

import logging
from pathlib import Path
from typing import Final

from appliance.errors import LinkError
from appliance.link.client import Client
from appliance.link.messages import Answer, Message, Refused, Welcome

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
WELCOME_WITHIN_S: Final = 2.0

log: Final = logging.getLogger("ionto.recorder")


class DaemonLink:
    """At most one connection, with the role recorder."""

    def __init__(self, path: Path) -> None:
        """`path` of the daemon's socket."""
        self._path = path
        self._client: Client | None = None
        self._try_at_s = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._said = ""

    @property
    def welcome(self) -> Welcome | None:
        """What the daemon said of itself; None while it is not connected."""
        return self._client.welcome if self._client is not None else None

    def fileno(self) -> int | None:
        """For select; None while there is no connection."""
        return self._client.fileno() if self._client is not None else None

    def connect(self, now_s: float) -> None:
        """Try again if it is time; `now_s` is monotonic."""
        if self._client is not None or now_s < self._try_at_s:
            return
        self._try_at_s = now_s + WELCOME_WITHIN_S
        try:
            self._client = Client.open(self._path, "recorder")
        except LinkError as error:
            self._fail(error, now_s)

    def poll(self, now_s: float) -> list[Answer]:
        """What the daemon sent; nothing if it is not there."""
        if self._client is None:
            return []
        try:
            answers = self._client.poll()
        except LinkError as error:
            self._fail(error, now_s)
            return []
        if self._client.welcome is None:
            refused = next((answer for answer in answers if isinstance(answer, Refused)), None)
            if refused is not None:
                self._fail(LinkError(refused.code, refused.message), now_s)
            elif now_s > self._try_at_s:
                self._fail(LinkError("E113", f"{self._path} does not answer; is ionto-control well?"), now_s)
            return []
        if self._said or self._pause_s > FIRST_PAUSE_S:
            log.info("connected to the daemon")
            self._said, self._pause_s = "", FIRST_PAUSE_S
        return answers

    def send(self, message: Message, now_s: float) -> bool:
        """Send; False if the connection ended."""
        if self._client is None:
            return False
        try:
            self._client.send(message)
        except LinkError as error:
            self._fail(error, now_s)
            return False
        return True

    def close(self) -> None:
        """End the connection; `connect` makes another."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _fail(self, error: LinkError, now_s: float) -> None:
        """Say it once, and pause before the next try."""
        if error.message != self._said:
            log.warning("%s %s", error.code, error.message)
            self._said = error.message
        self.close()
        self._try_at_s = now_s + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
