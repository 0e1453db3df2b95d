"""Whether a kind can be shown on this machine. What cannot is counted as not run, never as passed."""

import os
import subprocess
import sys
from functools import cache

from appliance.proof.kills.hog import EXIT_REFUSED
from appliance.proof.kills.model import Kind


@cache
def not_here(kind: Kind) -> str | None:
    """Why not; None when it can."""
    if not kind.apart:
        return None
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        return "cannot be shown here: needs two processors, or the bench starves with the daemon"
    words = [sys.executable, "-m", "appliance.proof.kills.hog", str(cpus[-1]), "0"]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, timeout=30.0, check=False)  # noqa: S603 - our own module
    return "cannot be shown here: needs CAP_SYS_NICE" if done.returncode == EXIT_REFUSED else None
