"""The three ways of a demo, each one loop: look, show, let the simulated person act. Every loop can be interrupted."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.live import Live

from appliance.cli.demo.body import Body
from appliance.cli.demo.lines import Lines
from appliance.cli.demo.terminal import Keys, picture
from appliance.errors import LinkError
from appliance.kiosk.session import Session
from appliance.kiosk.shown import Shown
from appliance.kiosk.view import Action
from appliance.link.messages import State
from appliance.proof.programs import Programs

FRAME_S: Final = 0.05
TAP_S: Final = 0.5
BEGIN_S: Final = 30.0  # self-test and the recorder's connection
MARGIN_S: Final = 240.0  # contact, ramps and reversal around the treatment's own time
END_S: Final = 4.0  # STOP takes 2 s
LINGER_S: Final = 2.5  # after the end: hands out, the last events on disk, the last picture drawn
FREE: Final = frozenset(("IDLE", "DONE", "FAULT"))


TAPS: Final[dict[State, Action]] = {"IDLE": "start", "ARMED": "begin"}

Say = Callable[[str], None]  # prints one line


class Player:
    """What the three ways share: one link to the daemon, one body at the bench, the last session's end."""

    def __init__(self, programs: Programs, session: Session, body: Body) -> None:
        """`session` is a screen's link to the daemon."""
        self.programs = programs
        self.session = session
        self.body = body
        self.end: Shown | None = None
        self._start_s = time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._start_s

    def look(self, may_end: str | None = None) -> Shown:
        """One frame: what the daemon says now. Raises ConfigError E513 when a program but `may_end` ended."""
        self.programs.check(may_end)
        self.session.frame()
        shown = self.session.shown(datetime.now().astimezone())
        if shown.status is not None and shown.status.outcome is not None:
            self.end = shown
        return shown

    def wait_idle(self) -> None:
        """Until the self-test is over.

        Raises:
            LinkError: E113, the daemon does not come to rest.
        """
        while (shown := self.look()).status is None or shown.status.state not in FREE:
            if self.now_s > BEGIN_S:
                raise LinkError("E113", f"the daemon was not ready after {BEGIN_S:g} s")
            self.body.follow(shown)
            time.sleep(FRAME_S)

    def stop(self) -> None:
        """End gently: STOP, and a moment for the current to fade."""
        until_s = self.now_s + END_S
        self.session.act("stop")
        while self.now_s < until_s:
            status = self.look().status
            if status is None or status.no_current:
                return
            time.sleep(FRAME_S)


def unattended(player: Player, say: Say, duration_s: float) -> None:
    """One treatment without anybody: the simulated person taps, presses and puts the hands in.

    Raises:
        LinkError: E113, it did not end in time.
    """
    lines = Lines(say)
    player.wait_idle()
    started, tap_s = False, 0.0
    while player.now_s < duration_s + MARGIN_S:
        shown = player.look()
        lines.draw(shown, player.now_s)
        player.body.follow(shown)
        state: State = shown.status.state if shown.status is not None else "IDLE"
        started = started or state not in FREE
        if started and state in FREE:
            linger(player)
            return
        if state in TAPS and player.now_s >= tap_s:  # until it is taken: the recorder may not be there yet
            tap_s = player.now_s + TAP_S
            player.session.act(TAPS[state])
        player.session.renew()
        time.sleep(FRAME_S)
    raise LinkError("E113", f"the treatment did not end within {duration_s + MARGIN_S:g} s")


def linger(player: Player) -> None:
    """Let the end of a session come to rest."""
    until_s = player.now_s + LINGER_S
    while player.now_s < until_s:
        player.body.follow(player.look())
        player.session.renew()
        time.sleep(FRAME_S)


def window(player: Player, say: Say) -> None:
    """The kiosk is in a window and a person taps it; the body follows. Ends when the window is closed."""
    lines = Lines(say)
    closed = False
    while not closed:
        closed = player.programs.ended("kiosk")
        shown = player.look(may_end="kiosk")
        lines.draw(shown, player.now_s)
        player.body.follow(shown)
        time.sleep(FRAME_S)


def terminal(player: Player) -> None:
    """A person at the keys, who has just filled the trays. Ends with q."""
    player.body.refill_trays()
    with Keys() as keys, Live(console=Console(), auto_refresh=False, screen=True) as live:
        while True:
            shown = player.look()
            live.update(picture(shown, player.body.felt_ma()), refresh=True)
            player.session.renew()
            key = keys.read(FRAME_S)
            if key == "q":
                player.stop()
                return
            press(key, shown, player)


def press(key: str, shown: Shown, player: Player) -> None:
    """What a key does."""
    state: State = shown.status.state if shown.status is not None else "IDLE"
    if key in {"\n", "\r"}:
        player.session.act((TAPS | {"PAUSED": "resume"}).get(state, "acknowledge"))
    elif key == " ":
        player.body.press_pedal()
    elif key == "i":
        player.body.hands_in()
    elif key == "o":
        player.body.hands_out()
    elif key == "t":
        player.body.refill_trays()
    elif key == "s":
        player.session.act("stop")


def stderr(line: str) -> None:
    """Progress beside a result on standard output."""
    print(line, file=sys.stderr, flush=True)
