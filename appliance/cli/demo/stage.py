"""Where the demo's files lie, and the four programs on it. The directory is private: only this user may enter."""

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from appliance.link.socket_file import lock_file
from appliance.proof.programs import Programs
from appliance.sim.felt_log import FILE_NAME
from appliance.sim.wire import control_path

START_S = 30.0  # an import of Kivy or matplotlib on a cold disk takes its time


class Stage(NamedTuple):
    """One private directory."""

    directory: Path

    @classmethod
    def make(cls, chosen: Path | None) -> "Stage":
        """`chosen`, which is made private, else a new directory of this login, else of /tmp.

        Raises:
            OSError: it cannot be made.
        """
        if chosen is None:
            runtime = os.environ.get("XDG_RUNTIME_DIR")
            within = runtime if runtime and os.access(runtime, os.W_OK) else None
            return cls(Path(tempfile.mkdtemp(prefix="ionto-demo-", dir=within)))
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        chosen.chmod(0o700)
        return cls(chosen.resolve())

    @property
    def bench(self) -> Path:
        """Socket of the bench."""
        return self.directory / "bench.sock"

    @property
    def control(self) -> Path:
        """Socket of the daemon."""
        return self.directory / "control.sock"

    @property
    def records(self) -> Path:
        """State directory of the recorder."""
        return self.directory / "records"

    @property
    def picture(self) -> Path:
        """Picture of the kiosk."""
        return self.directory / "kiosk.png"

    @property
    def felt(self) -> Path:
        """The bench's diary of what was felt."""
        return self.directory / FILE_NAME

    @property
    def logs(self) -> Path:
        """What the programs said."""
        return self.directory / "logs"


def start_programs(stage: Stage, programs: Programs, patient: list[str], *, offscreen: bool) -> None:
    """Bench, daemon, recorder and kiosk, each when the one before it is there.

    Bench and daemon share a processor: when a virtual machine is not given that processor for a while, both stand
    still, and the bench's clock leaves it out. On two processors it would look like a daemon that starves.

    Raises:
        ConfigError: E513, one of them ended or did not come.
    """
    shared = max(os.sched_getaffinity(0))
    programs.start("bench", "--socket", stage.bench, *patient, cpu=shared)
    programs.wait_for(control_path(stage.bench), START_S)
    lock_file(stage.control).unlink(missing_ok=True)  # a new bench is a power-up: no daemon has run since
    state = stage.directory / "control"
    programs.start("control", "--bench", stage.bench, "--socket", stage.control, "--state-dir", state, cpu=shared)
    programs.wait_for(stage.control, START_S)
    programs.start("recorder", "--demo", "--socket", stage.control, "--state-dir", stage.records)
    screen: list[str | Path] = ["--offscreen", "--picture", stage.picture] if offscreen else []
    programs.start("kiosk", "--socket", stage.control, *screen)
