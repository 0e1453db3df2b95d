"""`make mutants`: what of safety/ and treatment/ may be changed without a test that notices, and why that is right.

mutmut changes functions, mutate_constants.py the numbers outside them. Every survivor must stand in mutants.toml with
its reason; a run ends with 1 when one does not, or when less than 90 % were killed. `mutants/` keeps what was found:
an interrupted run goes on where it was, survivors are tried again, `make clean` forgets everything.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import NamedTuple

from mutate_constants import ROOT, all_mutants, already_known, sweep
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

FOUND = Path("mutants")
REASONS = Path("tests/mutants.toml")
SUMMARY = FOUND / "summary.json"
KILLED = frozenset(("killed", "timeout", "segfault"))
LEAST_SCORE = 0.90


class Survivor(NamedTuple):
    """A change that no test noticed."""

    where: str  # file::function or file::constant
    change: str


class Counted(NamedTuple):
    """What one of the two tools found."""

    mutants: int
    survivors: list[Survivor]

    @property
    def killed(self) -> int:
        return self.mutants - len(self.survivors)


def metas() -> list[Path]:
    """mutmut's own result files."""
    return sorted((FOUND / "appliance").rglob("*.meta"))


def forget_survivors() -> None:
    """mutmut lets a result stand until its function changes; a new test may kill what survived."""
    for meta in metas():
        data = json.loads(meta.read_text())
        codes = data["exit_code_by_key"]
        data["exit_code_by_key"] = {k: v if status_by_exit_code[v] in KILLED else None for k, v in codes.items()}
        meta.write_text(json.dumps(data))


def counted_by_mutmut() -> Counted:
    """From the files of a run that has ended."""
    total, survivors = 0, []
    for meta in metas():
        path = str(meta.relative_to(FOUND)).removesuffix(".meta")
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            total += 1
            if status_by_exit_code[code] not in KILLED:
                survivors.append(Survivor(f"{path}::{function(name)}", change(name, path)))
    return Counted(total, survivors)


def function(name: str) -> str:
    """'Dose.add' from mutmut's 'appliance.treatment.dose.xǁDoseǁadd__mutmut_3'."""
    mangled = name.rpartition(".")[2].partition("__mutmut_")[0]
    return mangled.removeprefix("x_") if mangled.startswith("x_") else mangled.removeprefix("xǁ").replace("ǁ", ".")


def change(name: str, path: str) -> str:
    """The changed lines, before and after."""
    lines = get_diff_for_mutant(name, path=path).splitlines()[3:]
    was, now = (" ".join(" ".join(li[1:] for li in lines if li.startswith(sign)).split()) for sign in "-+")
    return f"{was}  =>  {now}"


def reasons() -> dict[Survivor, str]:
    """Of tests/mutants.toml."""
    entries = tomllib.loads(REASONS.read_text())["survivors"]
    return {Survivor(entry["where"], text): entry["reason"] for entry in entries for text in entry["changes"]}


def report(functions: Counted, constants: Counted, seconds: float) -> int:
    """Print and write it; the exit status."""
    known = reasons()
    survivors = functions.survivors + constants.survivors
    for where, text in survivors:
        print(f"{where}\n    {text}\n    {known.get(Survivor(where, text), 'NO REASON')}")
    for gone in sorted(set(known) - set(survivors)):
        print(f"killed now, or changed; take it out of {REASONS}: {gone.where}: {gone.change}")
    mutants, killed = functions.mutants + constants.mutants, functions.killed + constants.killed
    score = killed / mutants
    summary = {
        "mutants": functions.mutants,
        "killed": functions.killed,
        "survived": len(functions.survivors),
        "score": score,
        "constants": {
            "mutants": constants.mutants,
            "killed": constants.killed,
            "survived": len(constants.survivors),
        },
        "survivors": [{"where": s.where, "change": s.change, "reason": known.get(s)} for s in survivors],
        "seconds": round(seconds),
    }
    SUMMARY.write_text(json.dumps(summary, indent=1))
    without = sum(s not in known for s in survivors)
    print(f"functions: {functions.killed} of {functions.mutants} killed")
    print(f"constants: {constants.killed} of {constants.mutants} killed")
    print(
        f"together {score:.1%} killed, {LEAST_SCORE:.0%} wanted; {len(survivors)} survive, {without} without a reason"
    )
    return 0 if score >= LEAST_SCORE and not without else 1


def main() -> int:
    """Run both, or report what the last run found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", action="store_true", help="run nothing: what is known of this tree")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.nice(10)
    began_s = time.monotonic()
    if not asked.report:
        forget_survivors()
        mutmut = Path(sys.executable).with_name("mutmut")
        subprocess.run([mutmut, "run", "--max-children", str(asked.jobs)], check=True)
    noticed = already_known() if asked.report else sweep(all_mutants(), asked.jobs)
    unnoticed = [Survivor(*key.split(" ", 1)) for key, failed in noticed.items() if not failed]
    return report(counted_by_mutmut(), Counted(len(noticed), unnoticed), time.monotonic() - began_s)


if __name__ == "__main__":
    sys.exit(main())
