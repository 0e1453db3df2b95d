"""What a demo came to: what was set, measured and felt, and where everything lies."""

import json
from pathlib import Path
from typing import NamedTuple

from appliance.cli.demo.stage import Stage
from appliance.errors import CATALOGUE, RecordsError
from appliance.kiosk.shown import Shown
from appliance.records.queries import Records
from appliance.sim.felt_log import Happened, Sample, read_felt


class Felt(NamedTuple):
    """What the bench knows of the patient."""

    peak_ma: float | None
    charge_mc: float | None
    bench_stalls: int


class Recorded(NamedTuple):
    """What the newest session of the records says, as measured."""

    session: str
    outcome: str | None
    charge_mc: float | None
    mean_hold_ma: float | None
    samples: int
    events: int


class Summary(NamedTuple):
    """One demo. None: not known."""

    mode: str
    outcome: str | None
    reason: str | None
    set_ma: float | None
    measured_charge_mc: float | None
    felt: Felt
    recorded: Recorded | None
    directory: Path
    record: Path | None
    picture: Path | None
    simulated: bool = True


def read_summary(stage: Stage, mode: str, last: Shown | None) -> Summary:
    """Gather it when all programs have ended. `last` is the last status at the end of the session."""
    status = None if last is None else last.status
    plan = None if status is None else status.plan
    records = sorted(stage.records.glob("*.db"))
    return Summary(
        mode=mode,
        outcome=None if status is None else status.outcome,
        reason=None if status is None else status.reason,
        set_ma=None if plan is None else plan.set_ma,
        measured_charge_mc=None if status is None else status.charge_mc,
        felt=_felt(stage.felt),
        recorded=_recorded(records[0]) if records else None,
        directory=stage.directory,
        record=records[0] if records else None,
        picture=stage.picture if stage.picture.exists() else None,
    )


def as_json(summary: Summary) -> str:
    """For scripts; currents in mA, charges in mC."""
    recorded = None if summary.recorded is None else summary.recorded._asdict()
    whole = summary._asdict() | {"felt": summary.felt._asdict(), "recorded": recorded}
    return json.dumps(whole, default=str, indent=2)


def as_text(summary: Summary) -> str:
    """For people."""
    reason = summary.reason or ""
    title = CATALOGUE[reason].title if reason in CATALOGUE else reason
    lines = [
        f"outcome   {summary.outcome or 'no session'}{f' ({title})' if title else ''}, on a simulated device",
        f"set       {_shown(summary.set_ma, 'mA')}",
        f"measured  {_coulombs(summary.measured_charge_mc)}",
        f"felt      {_coulombs(summary.felt.charge_mc)}, peak {_shown(summary.felt.peak_ma, 'mA')}",
        f"record    {summary.record or 'none'}{_size(summary.recorded)}",
        f"picture   {summary.picture or 'none'}",
        f"the rest  {summary.directory}",
    ]
    return "\n".join(lines)


def _felt(path: Path) -> Felt:
    try:
        entries = read_felt(path)
    except RecordsError:
        return Felt(None, None, 0)
    samples = [entry for entry in entries if isinstance(entry, Sample)]
    stalls = sum(isinstance(entry, Happened) and entry.kind == "stall" for entry in entries)
    if not samples:
        return Felt(0.0, 0.0, stalls)
    return Felt(max(abs(sample.peak_ma) for sample in samples), samples[-1].charge_mc, stalls)


def _recorded(path: Path) -> Recorded | None:
    """The newest session; None when there is none. Raises as `Records`."""
    records = Records(path)
    try:
        for row in records.sessions(limit=1):
            counts = len(records.samples(row)), len(records.events(row))
            return Recorded(row.id, row.outcome, row.charge_mc, row.mean_hold_ma, *counts)
        return None
    finally:
        records.close()


def _size(recorded: Recorded | None) -> str:
    return "" if recorded is None else f" ({recorded.samples} samples, {recorded.events} events)"


def _shown(value: float | None, unit: str) -> str:
    return "not known" if value is None else f"{value:.2f} {unit}"


def _coulombs(charge_mc: float | None) -> str:
    return "not known" if charge_mc is None else f"{charge_mc / 1000:.3f} C"
