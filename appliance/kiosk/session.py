"""The kiosk's side of the link, driven by the frame clock: polls, remembers the newest status, renews the lease.

It decides nothing and never waits long; a screen that no longer draws no longer renews, and so the current ends.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from appliance.errors import LinkError
from appliance.kiosk.shown import Shown
from appliance.kiosk.trace import Trace
from appliance.kiosk.view import Action
from appliance.link.messages import (
    Accepted,
    Acknowledge,
    Adjust,
    Answer,
    Begin,
    Command,
    Limit,
    Pause,
    Plan,
    Refused,
    Renew,
    Resume,
    Start,
    Status,
    Stop,
)
from appliance.units import NS_PER_S, ns_from_s

RENEW_EVERY_S: Final = 0.5  # architecture: the operator's screen renews twice a second
RENEW_YOUNGER_THAN_S: Final = 1.0
RETRY_FIRST_S: Final = 0.25
RETRY_MOST_S: Final = 2.0
STOP_REMEMBERED_S: Final = 10.0  # a STOP pressed while the link was down is sent if it comes back within this


class Link(Protocol):
    """What the kiosk needs of a connected client."""

    def send(self, command: Command) -> None:
        """Send one command.

        Raises:
            LinkError: the other side is gone.
        """
        ...

    def poll(self) -> Sequence[Answer]:
        """What has arrived; never blocks.

        Raises:
            LinkError: the other side is gone.
        """
        ...

    def close(self) -> None:
        """End it."""
        ...


COMMANDS: Final[dict[Action, Command]] = {
    "begin": Begin(),
    "stop": Stop(),
    "stings": Pause(),
    "resume": Resume(),
    "weaker": Adjust(-1),
    "stronger": Adjust(1),
    "acknowledge": Acknowledge(),
}


class Session:
    """One kiosk's link to the daemon, for as long as the kiosk runs."""

    def __init__(
        self,
        connect: Callable[[], Link],
        offer: Plan,
        permit: str = "demo",
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`connect` must be quick and raise LinkError or OSError; `offer` is what a touch starts."""
        self._connect = connect
        self._offer = offer
        self._permit = permit
        self._clock_ns = clock_ns
        self._link: Link | None = None
        self._retry_s = RETRY_FIRST_S
        self._retry_at_ns = 0
        self._status: Status | None = None
        self._received_ns = 0
        self._state_since_ns = 0
        self._renewed_ns = 0
        self._stop_until_ns = 0
        self._refused: str | None = None
        self._limits: tuple[Limit, ...] = ()
        self._trace = Trace()

    @property
    def connected(self) -> bool:
        """Whether a link is open now."""
        return self._link is not None

    def frame(self) -> None:
        """Once a frame, before it is drawn."""
        now_ns = self._clock_ns()
        if self._link is None and now_ns >= self._retry_at_ns:
            self._open(now_ns)
        if self._link is not None:
            try:
                for answer in self._link.poll():
                    self._take(answer, now_ns)
            except (LinkError, OSError):
                self._drop(now_ns)

    def renew(self) -> None:
        """Once a frame, after the status was shown; does nothing when that status is old."""
        now_ns = self._clock_ns()
        age_s = self._age_s(now_ns)
        if age_s is None or age_s >= RENEW_YOUNGER_THAN_S:
            return
        if now_ns - self._renewed_ns >= ns_from_s(RENEW_EVERY_S):
            self._renewed_ns = now_ns
            self._send(Renew())

    def act(self, action: Action) -> None:
        """Send what a touch asks for. Nothing on the screen changes by this; the status will tell."""
        if action == "stop":
            self._stop_until_ns = self._clock_ns() + ns_from_s(STOP_REMEMBERED_S)
            if self._send(Stop()):
                self._stop_until_ns = 0
        elif action == "start":
            self._refused, self._limits = None, ()
            self._send(Start(uuid.uuid4().hex, self._permit, self._offer))
        else:
            self._send(COMMANDS[action])

    def shown(self, wall_local: datetime) -> Shown:
        """What is known now; `wall_local` is only for the clock on the screen."""
        now_ns = self._clock_ns()
        return Shown(
            status=self._status,
            age_s=self._age_s(now_ns),
            state_age_s=(now_ns - self._state_since_ns) / NS_PER_S,
            wall_local=wall_local,
            offer=self._offer,
            trace=self._trace.points,
            refused=self._refused,
            limits=self._limits,
        )

    def close(self) -> None:
        """Leave the daemon; it treats a missing screen as a lost operator."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _age_s(self, now_ns: int) -> float | None:
        return None if self._status is None else (now_ns - self._received_ns) / NS_PER_S

    def _open(self, now_ns: int) -> None:
        try:
            self._link = self._connect()
        except (LinkError, OSError):
            self._drop(now_ns)
            return
        self._retry_s = RETRY_FIRST_S
        if now_ns < self._stop_until_ns and self._send(Stop()):
            self._stop_until_ns = 0

    def _drop(self, now_ns: int) -> None:
        """The link is gone: try again, less and less often."""
        self.close()
        self._retry_at_ns = now_ns + ns_from_s(self._retry_s)
        self._retry_s = min(RETRY_MOST_S, self._retry_s * 2)

    def _send(self, command: Command) -> bool:
        if self._link is None:
            return False
        try:
            self._link.send(command)
        except (LinkError, OSError):
            self._drop(self._clock_ns())
            return False
        return True

    def _take(self, answer: Answer, now_ns: int) -> None:
        if isinstance(answer, Status):
            self._take_status(answer, now_ns)
        elif isinstance(answer, Refused) and answer.re == "start":
            self._refused = answer.code
        elif isinstance(answer, Accepted) and answer.re == "start":
            self._refused, self._limits = None, answer.limits

    def _take_status(self, status: Status, now_ns: int) -> None:
        """A status counts as new only when the daemon's tick went on: a repeated one is as old as the first."""
        before = self._status
        if before is not None and before.tick == status.tick and before.t_mono_ns == status.t_mono_ns:
            return
        if before is None or before.state != status.state:
            self._state_since_ns = now_ns
        if status.state not in {"IDLE", "SELF_TEST"}:
            self._refused = None
        self._status = status
        self._received_ns = now_ns
        self._trace.add(status)
