"""Which version of the sources a piece of evidence was made from: what git calls it, and a fingerprint of the files.

The fingerprint is what counts: evidence is used again only while no file that could change it has changed. The kiosk
and this report take no part in what the other stages show.
"""

import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
EVIDENCE: Final = ROOT / "hardware" / "safety-evidence"  # of the whole report, kept with the sources it is of
WITHOUT: Final = ("appliance/kiosk/", "appliance/proof/safety_report/")
GIT_S: Final = 20.0


def fingerprint(root: Path = ROOT, *, with_tests: bool = False) -> str:
    """16 hex digits over names and bytes of sources, board file and open points; `with_tests`: and of tests."""
    files = [*root.glob("appliance/**/*.py"), root / "hardware/board.toml", root / "hardware/open-points.toml"]
    if with_tests:
        files += [*root.glob("tests/**/*.py"), root / "hardware/hazards.toml"]
    digest = sha256()
    for path in sorted(files):
        name = path.relative_to(root).as_posix()
        if with_tests or not name.startswith(WITHOUT):
            digest.update(f"{name}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def commit(root: Path = ROOT) -> str:
    """As `git describe` says it, with -dirty when files differ from it; 'not from git' when it cannot be asked."""
    words = ["git", "-C", str(root), "describe", "--always", "--dirty", "--tags", "--long", "--abbrev=12"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=GIT_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return "not from git"
    return done.stdout.strip()
