"""A client of the daemon with a thread of its own: it keeps the newest status and every answer, and renews the lease.

As a kiosk it plays the operator's screen, for `ionto kills` and for the end-to-end tests. Waits are bounded; what does
not come in time is `UnmetError`, a sentence.
"""

import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from appliance.errors import LinkError
from appliance.link.client import Client
from appliance.link.messages import Accepted, Answer, Command, Refused, Renew, Role, State, Status, Welcome

PATIENCE_S: Final = 30.0
CONNECT_S: Final = 10.0
RENEW_S: Final = 0.3
LOOK_S: Final = 0.01
JOIN_S: Final = 5.0


class UnmetError(Exception):
    """Something that had to come did not: one sentence. It never reaches a person."""


def until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for it.

    Raises:
        UnmetError: it did not come.
    """
    end_s = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end_s:
            raise UnmetError(f"never: {what}")
        time.sleep(LOOK_S)


class Peer(threading.Thread):
    """One client."""

    def __init__(self, path: Path, role: Role, *, renews: bool = False) -> None:
        """Connect.

        Raises:
            LinkError: as `Client.connect`.
        """
        super().__init__(daemon=True)
        self._client = Client.connect(path, role, CONNECT_S)
        self._lock = threading.Lock()
        self._ending = False
        self.renews = renews
        self.status: Status | None = None
        self.answers: list[Accepted | Refused] = []
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def welcome(self) -> Welcome:
        """What the daemon said of itself. Raises `UnmetError`: nothing."""
        if self._client.welcome is None:
            raise UnmetError("the daemon did not say who it is")
        return self._client.welcome

    @property
    def state(self) -> State | None:
        """As the last status says."""
        status = self.status
        return None if status is None else status.state

    def run(self) -> None:
        """Take what comes until the connection ends."""
        renewed_s = 0.0
        with suppress(LinkError, OSError, ValueError):  # the daemon is gone, or we hung up
            while not self._ending:
                select.select([self._client], [], [], 0.05)
                with self._lock:
                    for answer in self._client.poll():
                        self._take(answer)
                    if self.renews and time.monotonic() - renewed_s >= RENEW_S:
                        renewed_s = time.monotonic()
                        self._client.send(Renew())

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Status):
            self.status = answer
        elif isinstance(answer, Accepted | Refused):
            self.answers.append(answer)
            self.status = None  # what comes from now on is newer than the answer

    def send(self, *commands: Command) -> None:
        """Send all of them, one right after the other. Raises LinkError E113: the daemon is gone."""
        with self._lock:
            for command in commands:
                self._client.send(command)

    def ask(self, command: Command) -> Accepted | Refused:
        """Send, and wait for the answer to it. Raises `UnmetError`."""
        name = str(command.__struct_config__.tag)
        before = len(self.answers)

        def answers() -> list[Accepted | Refused]:
            return [answer for answer in self.answers[before:] if answer.re == name]

        self.send(command)
        until(lambda: bool(answers()), f"an answer to {name}")
        return answers()[0]

    def wait(self, *states: State) -> Status:
        """Until the daemon is in one of them. Raises `UnmetError`: it is not, or it is in FAULT instead."""

        def there() -> bool:
            status = self.status
            if status is not None and status.state == "FAULT" and "FAULT" not in states:
                codes = ", ".join(sorted({trip.code for trip in status.trips})) or status.reason
                raise UnmetError(f"FAULT ({codes}) instead of {' or '.join(states)}")
            return status is not None and status.state in states

        until(there, " or ".join(states))
        status = self.status
        return status if status is not None else self.wait(*states)

    def close(self) -> None:
        """Hang up, as the kernel does for a client that was killed; again is harmless."""
        self._ending = True
        self.join(JOIN_S)
        self._client.close()
