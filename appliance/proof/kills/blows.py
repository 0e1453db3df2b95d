"""The blows that a daemon does not survive as it was: killed, stopped, hung, starved of memory or of its processor.

Each is one function: it strikes, watches, brings the device back to IDLE and lets `judge` say what was felt.
"""

import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.link.messages import Accepted
from appliance.proof.kills import judge
from appliance.proof.kills.diary import Blow
from appliance.proof.kills.hog import EXIT_REFUSED
from appliance.proof.kills.journey import Session
from appliance.proof.kills.model import Found
from appliance.proof.kills.peer import UnmetError, until
from appliance.proof.kills.rig import Rig

Strike = Callable[[Rig, Session], Found]

WATCH_S: Final = 0.25  # longer than watchdog, pump and relay together
STOPPED_S: Final = 0.5
HUNG_S: Final = 0.6
HOG_S: Final = 0.4
HOG_STARTS_S: Final = 10.0
BACK_S: Final = 0.3  # after it woke: what returns unasked would return at once
LATE: Final = frozenset(("E404", "E405", "E408"))  # latch, watchdog, late tick: what a daemon finds that slept
SPARE_BYTES: Final = 4 << 20  # what a process that is out of memory may still take


def sigkill(rig: Rig, session: Session) -> Found:
    """The patient is at zero, and the next daemon neither resumes nor takes the same session again."""
    blow = rig.strike(lambda: rig.programs.send("control", signal.SIGKILL))
    rig.bury("control")
    rig.let_pass(WATCH_S)
    alone = tuple(judge.hardware_alone(rig.diary.read(), blow))
    found = another_daemon(rig, blow, session, "killed")
    return found._replace(why=(*found.why, *alone))


def memory(rig: Rig, session: Session) -> Found:
    """No memory in a tick: CUT, or the end of the process. Either way zero, and it treats no more."""
    pid = rig.programs.pid("control")
    most = _size_bytes(pid) + SPARE_BYTES
    resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
    blow = rig.strike(lambda: rig.programs.send("control", signal.SIGUSR2))
    rig.let_pass(WATCH_S)
    until(lambda: rig.programs.ended("control") or "FAULT" in rig.diary.read().states(blow.t_ns), "it notices")
    end = "ended by itself" if rig.programs.ended("control") else "FAULT"
    if "MemoryError" not in rig.log("control"):
        end += ", silently"
    rig.bury("control")
    return another_daemon(rig, blow, session, end)


def another_daemon(rig: Rig, blow: Blow, session: Session, end: str) -> Found:
    """Started with the hands still in the water: it tests itself, rests in IDLE, and knows that the dose was given."""
    rig.start_daemon(sick=False)
    rig.wait_state("IDLE", since_ns=blow.t_ns)
    rig.refill_trays()
    answer = rig.ask_start(session.id, session.plan)
    found = judge.dead(rig.diary.read(), blow, session.set_ma)
    why = list(found.why)
    states = rig.diary.states(blow.t_ns)
    if [state for state in states if state != "FAULT"] != ["SELF_TEST", "IDLE"]:
        why.append(f"the next daemon went {', '.join(states)}")
    if isinstance(answer, Accepted) or answer.code != "E110":
        told = "accepted" if isinstance(answer, Accepted) else answer.code
        why.append(f"the same session again: {told}, expected E110")
    until(lambda: (row := rig.recorded(session.id)) is not None and row.interrupted, "recorded as interrupted")
    return found._replace(why=tuple(why), end=end)


def sigstop(rig: Rig, session: Session) -> Found:
    """Asleep for half a second with the lines as they were."""
    try:
        blow = rig.strike(lambda: rig.programs.send("control", signal.SIGSTOP))
        rig.let_pass(STOPPED_S)
        alone = tuple(judge.hardware_alone(rig.diary.read(), blow))
    finally:
        rig.programs.send("control", signal.SIGCONT)
    found = comes_back_cut(rig, blow, session)
    return found._replace(why=(*found.why, *alone))


def hang(rig: Rig, session: Session) -> Found:
    """A tick that spins."""
    blow = rig.strike(lambda: rig.programs.send("control", signal.SIGUSR1))
    rig.let_pass(HUNG_S)
    return comes_back_cut(rig, blow, session)


def hog(rig: Rig, session: Session) -> Found:
    """The daemon's processor belongs to somebody else."""
    words = [sys.executable, "-m", "appliance.proof.kills.hog", str(rig.places.daemon), str(HOG_S)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        try:
            said, _ = process.communicate(timeout=HOG_STARTS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise UnmetError("never: the hog has had its time") from None
    if process.returncode == EXIT_REFUSED:
        raise UnmetError("the hog may not take SCHED_FIFO 99 here")
    begun_ns = int(said) - rig.body.felt().slip_ns
    blow = rig.blow(begun_ns)
    rig.let_pass(WATCH_S)
    return comes_back_cut(rig, blow, session)


def comes_back_cut(rig: Rig, blow: Blow, session: Session) -> Found:
    """It lives again and finds itself late: FAULT, and never current before a person and a self-test."""
    rig.let_pass(BACK_S)
    rig.wait_state("FAULT", since_ns=blow.t_ns)
    codes = {trip.code for trip in rig.screen.wait("FAULT").trips}
    rig.to_idle()
    diary = rig.diary.read()
    found = judge.dead(diary, blow, session.set_ma)
    why = list(found.why)
    states = diary.states(blow.t_ns)
    if states != ["FAULT", "SELF_TEST", "IDLE"]:
        why.append(f"it went {', '.join(states)}")
    if not codes & LATE:
        why.append(f"it says {', '.join(sorted(codes)) or 'nothing'}, expected one of {', '.join(sorted(LATE))}")
    return found._replace(why=tuple(why), end=f"FAULT {' '.join(sorted(codes))}")


def _size_bytes(pid: int) -> int:
    """Address space of a process now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()


STRIKES: Final[dict[str, Strike]] = {"sigkill": sigkill, "sigstop": sigstop, "hang": hang, "memory": memory, "hog": hog}
