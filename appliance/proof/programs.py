"""Child processes that live no longer than this one: started in order, ended in reverse, each wait bounded.

Each has a session of its own, so that Ctrl-C reaches only us, and a log file. The kernel ends them when we die
(PR_SET_PDEATHSIG by util-linux' `setpriv`). It must never leave a program running.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from appliance.errors import ConfigError

TERM_S: Final = 5.0  # a program that has not ended by then is killed
KILL_S: Final = 5.0
POLL_S: Final = 0.02
IONTO: Final = "appliance.cli.main"
LOG_LINES: Final = 5


class Programs:
    """The programs of one demo, or of one campaign."""

    def __init__(self, log_dir: Path) -> None:
        """Logs go to `log_dir`, which exists."""
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Use as `with Programs(...) as programs`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all."""
        self.stop()

    def start(self, name: str, *words: str | Path, cpu: int | None = None, module: str = IONTO) -> None:
        """Start `ionto NAME WORDS`, on processor `cpu` only if one is given; another `module` is told no name."""
        command = [sys.executable, "-m", module, *([name] if module == IONTO else []), *map(str, words)]
        tied = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        if cpu is not None:
            tied = ["taskset", "--cpu-list", str(cpu), *tied]
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own programs
                tied, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def check(self, may_end: str | None = None) -> None:
        """See that all still run; `may_end` may also have ended well.

        Raises:
            ConfigError: E513, one has ended; its last words are in the message.
        """
        for name, process in self._running.items():
            if process.poll() not in ({None, 0} if name == may_end else {None}):
                raise ConfigError(
                    "E513", f"ionto {name} ended by itself ({_how(process.returncode)}){self._last(name)}"
                )

    def pid(self, name: str) -> int:
        """Its process."""
        return self._running[name].pid

    def send(self, name: str, number: signal.Signals) -> None:
        """A signal; nothing when it has ended: its number may be another program's by then."""
        self._running[name].send_signal(number)

    def ended(self, name: str) -> bool:
        """Whether a program has ended."""
        return self._running[name].poll() is not None

    def wait_for(self, path: Path, timeout_s: float) -> None:
        """Wait until `path` exists.

        Raises:
            ConfigError: E513, a program has ended, or the time is over.
        """
        end_s = time.monotonic() + timeout_s
        while not path.exists():
            self.check()
            if time.monotonic() > end_s:
                raise ConfigError("E513", f"{path} was not there after {timeout_s:g} s; logs are in {self._log_dir}")
            time.sleep(POLL_S)

    def stop_one(self, name: str) -> None:
        """SIGTERM, then SIGKILL when it takes too long. Idempotent."""
        process = self._running.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(TERM_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(KILL_S)

    def stop(self) -> None:
        """End all, the last started first."""
        for name in reversed(list(self._running)):
            self.stop_one(name)

    def _log(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def _last(self, name: str) -> str:
        """The end of a program's log, for a message of one line."""
        lines = self._log(name).read_text(errors="replace").split("\n")
        said = " | ".join(line.strip() for line in lines[-LOG_LINES - 1 :] if line.strip())
        return f": {said}" if said else ""


def _how(status: int) -> str:
    """Exit status in words."""
    return f"signal {-status}" if status < 0 else f"exit status {status}"
