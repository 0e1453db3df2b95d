"""What a simulated session came to: as numbers for a script, and as a page for people."""

from typing import Final

import msgspec

from appliance.proof.simulate import Simulation
from appliance.safety.hard_limits import SITES


class PhaseSpan(msgspec.Struct, frozen=True):
    """One stay in one state, simulated seconds."""

    state: str
    start_s: float
    end_s: float


class FeltSummary(msgspec.Struct, frozen=True):
    """What the simulated patient felt, hum apart."""

    peak_ma: float
    mean_hold_ma: float | None
    charge_mc: float
    peak_density_ma_per_cm2: float
    density_ceiling_ma_per_cm2: float
    ms_over_density: float
    excess_uc_per_cm2: float
    peak_open_v: float


class MeasuredSummary(msgspec.Struct, frozen=True):
    """What the chips said."""

    mean_hold_ma: float | None
    charge_mc: float


class TripLine(msgspec.Struct, frozen=True):
    """One monitor that spoke."""

    t_s: float
    code: str
    reaction: str


class Summary(msgspec.Struct, frozen=True):
    """One session."""

    simulated: bool
    seed: int
    patient: str
    site: str
    outcome: str
    reason: str | None
    limited_by: str | None
    phases: tuple[PhaseSpan, ...]
    set_ma: float
    felt: FeltSummary
    measured: MeasuredSummary
    trips: tuple[TripLine, ...]
    realtime_factor: float


def summarise(simulation: Simulation, *, patient: str, seed: int, realtime_factor: float) -> Summary:
    """Gather it after the run."""
    status = simulation.talk.last
    session = simulation.daemon.session
    end = simulation.event("end")
    felt = simulation.bench.felt
    plan = simulation.plan
    return Summary(
        simulated=True,
        seed=seed,
        patient=patient,
        site=plan.site,
        outcome=session.outcome or ("fault" if session.state == "FAULT" else "not_started"),
        reason=_reason(simulation),
        limited_by=_text(end.detail.get("limited_by")) if end is not None else None,
        phases=tuple(PhaseSpan(p.state, _round(p.start_s), _round(p.end_s)) for p in simulation.phases),
        set_ma=status.plan.set_ma if status is not None and status.plan is not None else plan.set_ma,
        felt=FeltSummary(
            peak_ma=_round(felt.peak_ma),
            mean_hold_ma=_optional(simulation.felt_mean_hold_ma),
            charge_mc=_round(felt.charge_mc),
            peak_density_ma_per_cm2=_round(felt.peak_density_ma_per_cm2),
            density_ceiling_ma_per_cm2=SITES[plan.site].density_ma_per_cm2,
            ms_over_density=_round(felt.ms_over_density),
            excess_uc_per_cm2=_round(felt.excess_uc_per_cm2),
            peak_open_v=_round(felt.peak_open_v),
        ),
        measured=MeasuredSummary(
            mean_hold_ma=_optional(session.dose.mean_hold_ma), charge_mc=_round(session.dose.charge_mc)
        ),
        trips=tuple(
            TripLine(_round(event.t_mono_ns / 1e9), str(event.detail["code"]), str(event.detail["reaction"]))
            for event in simulation.talk.events
            if event.kind == "trip"
        ),
        realtime_factor=round(realtime_factor, 1),
    )


def _reason(simulation: Simulation) -> str | None:
    session = simulation.daemon.session
    if session.reason is not None:
        return session.reason
    if session.codes:
        return session.codes[0]
    refused = [a for a in simulation.talk.answers if hasattr(a, "code")]
    return getattr(refused[-1], "code", None) if refused else None


_DECIMALS: Final = 6


def _round(value: float) -> float:
    return round(value, _DECIMALS)


def _optional(value: float | None) -> float | None:
    return None if value is None else _round(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def page(summary: Summary) -> str:
    """The summary for a person at a terminal, 80 columns."""
    felt, measured = summary.felt, summary.measured
    lines = [
        "SIMULATED DEVICE - no current flowed through anyone",
        f"{summary.patient} ({summary.site}), seed {summary.seed}: {summary.outcome}"
        + (f" - {summary.reason}" if summary.reason else "")
        + (f", {summary.limited_by}" if summary.limited_by else ""),
        "",
        f"  set            {summary.set_ma:7.2f} mA",
        f"  felt, hold     {_ma(felt.mean_hold_ma)}   measured {_ma(measured.mean_hold_ma)}",
        f"  felt, peak     {felt.peak_ma:7.2f} mA",
        f"  charge felt    {felt.charge_mc / 1000:7.2f} C    measured {measured.charge_mc / 1000:7.2f} C",
        f"  peak density   {felt.peak_density_ma_per_cm2:7.3f} mA/cm2, ceiling {felt.density_ceiling_ma_per_cm2}"
        f" ({felt.ms_over_density:.1f} ms over)",
        "",
    ]
    lines += [f"  {p.start_s:8.1f} .. {p.end_s:8.1f} s  {p.state}" for p in summary.phases]
    lines += [f"  {t.t_s:8.1f} s  {t.code} {t.reaction}" for t in summary.trips]
    lines.append(f"\n{summary.realtime_factor:.0f} times real time")
    return "\n".join(lines)


def _ma(value: float | None) -> str:
    return "      -   " if value is None else f"{value:7.3f} mA"
