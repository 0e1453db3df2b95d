"""A client of the daemon for tests: keeps the newest status and every answer, renews the lease like a screen."""

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

PATIENCE_S: Final = 60.0
RENEW_S: Final = 0.3


def until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for it."""
    end_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end_s, f"never: {what}"
        time.sleep(0.02)


class Peer(threading.Thread):
    """A client of the daemon; as a kiosk it renews the lease while `renews`."""

    def __init__(self, path: Path, role: Role, *, renews: bool = False) -> None:
        super().__init__(daemon=True)
        self._client = Client.connect(path, role, PATIENCE_S)
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
        assert self._client.welcome is not None
        return self._client.welcome

    @property
    def state(self) -> State | None:
        return None if self.status is None else self.status.state

    def run(self) -> None:
        """Take what comes until the connection ends."""
        renewed_s = 0.0
        with suppress(LinkError, OSError, ValueError):  # the daemon was killed, or we hung up
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
        """Send all of them, one right after the other."""
        with self._lock:
            for command in commands:
                self._client.send(command)

    def ask(self, command: Command) -> Accepted | Refused:
        """Send, and wait for the answer to it."""
        name = str(command.__struct_config__.tag)
        before = len(self.answers)

        def answers() -> list[Accepted | Refused]:
            return [answer for answer in self.answers[before:] if answer.re == name]

        self.send(command)
        until(lambda: bool(answers()), f"an answer to {name}")
        return answers()[0]

    def wait(self, *states: State) -> Status:
        """Until the daemon is in one of them."""

        def there() -> bool:
            status = self.status
            if status is not None and status.state == "FAULT" and "FAULT" not in states:
                codes = {trip.code for trip in status.trips}
                raise AssertionError(f"FAULT {codes or status.reason} while waiting for {states}")
            return status is not None and status.state in states

        until(there, f"{' or '.join(states)}; the state is {self.state}")
        assert self.status is not None
        return self.status

    def close(self) -> None:
        """Hang up, as the kernel does for a client that was killed."""
        self._ending = True
        self.join(PATIENCE_S)
        self._client.close()
