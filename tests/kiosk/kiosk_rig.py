"""Helpers of the kiosk's tests: a daemon that only remembers what it was told, a stepped clock, a touched screen."""

# ruff: noqa: PLC0415 - Kivy opens its window when it is imported

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from appliance.errors import LinkError
from appliance.kiosk.recorded import RECORDED
from appliance.kiosk.session import Session
from appliance.link.messages import Answer, Command, Status

WALL = datetime(2026, 11, 23, 19, 54)


class Daemon:
    """What the kiosk is connected to: answers wait to be polled, commands are kept."""

    def __init__(self) -> None:
        self.heard: list[Command] = []
        self.answers: list[Answer] = []
        self.alive = True
        self.tick = 0
        self.opened = 0

    def connect(self) -> Daemon:
        if not self.alive:
            raise LinkError("E113", "nobody serves the socket")
        self.opened += 1
        return self

    def send(self, command: Command) -> None:
        if not self.alive:
            raise LinkError("E113", "the connection ended")
        self.heard.append(command)

    def poll(self) -> Sequence[Answer]:
        if not self.alive:
            raise LinkError("E113", "the connection ended")
        answers, self.answers = self.answers, []
        return answers

    def close(self) -> None:
        pass

    def says(self, status: Status) -> None:
        self.tick += 1
        self.answers.append(replace(status, tick=self.tick))

    def heard_of(self, kind: type[Command]) -> int:
        return sum(isinstance(command, kind) for command in self.heard)


class SteppedClock:
    """Monotonic time that moves when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> int:
        return round(self.now_s * 1e9)


class Screen:
    """The kiosk in the window, stepped by the test; touches are real touches of Kivy's input."""

    def __init__(self, session: Session, daemon: Daemon, clock: SteppedClock) -> None:
        from appliance.kiosk.app import Kiosk, Options

        self.kiosk = Kiosk(session, Options(offscreen=True), wall_local=lambda: WALL)
        self.daemon, self.clock = daemon, clock
        self.kiosk.root._guard_until_s = 0.0

    def show(self, name: str | Status = "attract", after_s: float = 0.1) -> None:
        """The daemon tells a recorded status; the kiosk draws it."""
        status = name if isinstance(name, Status) else RECORDED[name].status
        assert status is not None
        self.clock.now_s += after_s
        self.daemon.says(status)
        self.step()

    def step(self) -> None:
        from kivy.base import EventLoop

        self.kiosk.frame(0.0)
        for _ in range(2):
            EventLoop.idle()

    def wait(self, duration_s: float) -> None:
        """Nothing comes from the daemon; the frames go on."""
        for _ in range(round(duration_s / 0.1)):
            self.clock.now_s += 0.1
            self.kiosk.frame(0.0)
        self.step()

    def press(self, x_dp: float, y_dp: float) -> object:
        """A finger goes down at a place of the 800x480 sheet, from the top left."""
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(x_dp, 480 - y_dp)
        touch.touch_down()
        return touch

    def tap(self, x_dp: float, y_dp: float) -> None:
        self.press(x_dp, y_dp).touch_up()  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        assert self.kiosk.root.screen is not None
        return self.kiosk.root.screen.view.screen

    def words(self) -> str:
        """Every word on the window."""
        return " ".join(label.text for label in labels(self.kiosk.root))


def labels(widget: object) -> list:  # type: ignore[type-arg]
    """All visible labels with words below `widget`."""
    from kivy.uix.label import Label

    found = []
    stack = [widget]
    while stack:
        here = stack.pop()
        if getattr(here, "opacity", 1) <= 0:
            continue
        if isinstance(here, Label) and here.text:
            found.append(here)
        stack.extend(getattr(here, "children", ()))
    return found
