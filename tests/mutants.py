"""`make mutants`: what of safety/ and treatment/ may be changed without a test that notices, and why that is right.

Fails when fewer than 90 % are killed, when a survivor has no reason in mutants-survivors.toml, and when one that is
listed there is killed now or no longer exists. A mutant that is listed is tried with the quickest tests only, all
others with every test that reaches the change: a new survivor is never a matter of patience. A timeout counts as
killed: a mutant that never ends is noticed by whoever runs it. What was found is kept in mutants/; an interrupted run
goes on where it was, and `rm -r mutants` forgets.
"""

import argparse
import json
import os
import sys
import time
import tomllib
from collections import Counter
from typing import Final

from mutation.mutants import ROOT, Mutant, all_mutants
from mutation.runner import KILLED, TIMEOUT, UNTESTED
from mutation.sweep import FOUND, Result, Sweep, known_results

REASONS: Final = ROOT / "tests" / "mutants-survivors.toml"
SUMMARY: Final = FOUND / "summary.json"
LEAST_SCORE: Final = 0.90
NOTICED: Final = frozenset((KILLED, TIMEOUT))


def reasons() -> dict[str, str]:
    """Why a mutant may live, by its key."""
    entries = tomllib.loads(REASONS.read_text())["survivors"]
    return {f"{entry['where']}  {change}": entry["reason"] for entry in entries for change in entry["changes"]}


def table(mutants: list[Mutant], results: dict[str, Result]) -> list[dict[str, object]]:
    """A row a module."""
    counts: dict[str, Counter[str]] = {}
    for mutant in mutants:
        counts.setdefault(mutant.path, Counter())[results[mutant.key].status] += 1
    return [
        {
            "path": path,
            "mutants": count.total(),
            "killed": count[KILLED],
            "timeout": count[TIMEOUT],
            "survived": count.total() - count[KILLED] - count[TIMEOUT],
        }
        for path, count in counts.items()
    ]


def report(mutants: list[Mutant], results: dict[str, Result], known: dict[str, str], seconds: float) -> int:
    """Print and write it; the exit status."""
    rows = table(mutants, results)
    survivors = [mutant for mutant in mutants if results[mutant.key].status not in NOTICED]
    nameless = [mutant for mutant in survivors if mutant.key not in known]
    stale = sorted(set(known) - {mutant.key for mutant in survivors})
    timeouts = sum(result.status == TIMEOUT for result in results.values())
    score = 1 - len(survivors) / len(mutants)
    print(f"{'module':44} {'mutants':>7} {'killed':>7} {'timeout':>7} {'survive':>7} {'score':>7}")
    for row in rows:
        share = 1 - int(str(row["survived"])) / int(str(row["mutants"]))
        numbers = "".join(f" {row[name]:>7}" for name in ("mutants", "killed", "timeout", "survived"))
        print(f"{row['path']:44}{numbers} {share:7.1%}")
    for mutant in nameless:
        print(f"NO REASON  {mutant.key}" + ("  (no test reaches it)" * (results[mutant.key].status == UNTESTED)))
    for key in stale:
        print(f"KILLED NOW, OR GONE; take it out of {REASONS.name}:  {key}")
    told = [{"where": m.where, "change": m.change, "reason": known.get(m.key)} for m in survivors]
    summary = {
        "mutants": len(mutants),
        "killed": len(mutants) - len(survivors) - timeouts,
        "timeouts": timeouts,
        "stale": stale,
        "modules": rows,
        "survivors": told,
        "seconds": round(seconds),
    }
    SUMMARY.write_text(json.dumps(summary, indent=1))
    print(f"{score:.1%} of {len(mutants)} killed ({timeouts} by timeout), {LEAST_SCORE:.0%} wanted; {len(survivors)} "
          f"survive, {len(nameless)} without a reason; {len(stale)} listed that do not; {seconds:.0f} s")  # fmt: skip
    return 0 if score >= LEAST_SCORE and not nameless and not stale else 1


def main() -> int:
    """All mutants, or those whose key contains one of the given words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("only", nargs="*", help="parts of keys, such as monitors/current or Session.stop")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--known", action="store_true", help="run nothing: what earlier runs found")
    asked = parser.parse_args()
    begun_s = time.monotonic()
    os.nice(5)
    mutants = [m for m in all_mutants() if not asked.only or any(word in m.key for word in asked.only)]
    listed = {m.key for m in mutants}
    known = {key: why for key, why in reasons().items() if key in listed or not asked.only}
    if asked.known:
        results = known_results()
        mutants = [mutant for mutant in mutants if mutant.key in results]
    else:
        results = Sweep(asked.jobs, frozenset(known)).run(mutants)
    return report(mutants, {m.key: results[m.key] for m in mutants}, known, time.monotonic() - begun_s)


if __name__ == "__main__":
    sys.exit(main())
