"""Pass or fail: what was felt and done in a cell, held against its budget. Each breach is one sentence with numbers."""

from typing import Final

from appliance.proof.faults.afterwards import Later
from appliance.proof.faults.model import SET_MA, SET_SHARE, Budget, Cell, Row
from appliance.proof.faults.rig import Rig
from appliance.proof.faults.watch import Watch
from appliance.safety.hard_limits import ZERO_MA
from appliance.sim.felt import FeltWindow

PROBE_V: Final = 6.0  # the probe's 5 V and their tolerance: what stands above them is not bounded by them
OVER_30_MS: Final = 1.0  # hardware 5: above 30 mA for less than a millisecond


def ms(t_ns: int | None, from_ns: int) -> float | None:
    """Milliseconds since the fault."""
    return None if t_ns is None else max(0.0, (t_ns - from_ns) / 1e6)


def to_zero_ms(watch: Watch, felt: FeltWindow, still_ma: float) -> float | None:
    """From the physical event until less than 0.1 mA flowed for good; None when it still flows, or never did."""
    if still_ma >= ZERO_MA or (felt.last_current_ns == 0 and watch.before_ma < ZERO_MA):
        return None
    from_ns = watch.at_ns if watch.event_ns is None else watch.event_ns
    return max(0.0, (felt.last_current_ns - from_ns) / 1e6)


def judge(rig: Rig, cell: Cell, budget: Budget, watch: Watch, later: Later, end: str, still_ma: float) -> Row:
    """The row of a cell."""
    felt = watch.felt if watch.felt is not None else FeltWindow(0)
    zero_ms = to_zero_ms(watch, felt, still_ma)
    off_ms = ms(watch.off_ns, watch.at_ns)
    why = [
        *_felt(budget, watch, felt, rig),
        *_times(budget, watch, zero_ms, off_ms, still_ma),
        *_ending(budget, watch, end, later),
        *_later(cell, budget, later),
    ]
    return Row(
        cell=cell.id,
        fault=cell.fault_name,
        state=cell.where,
        phenotype=cell.phenotype,
        effect=cell.fault.effect,
        budget=f"{budget.name}: {budget.reason}",
        passed=not why,
        why=tuple(why),
        set_ma=round(watch.set_ma, 3),
        peak_ma=round(felt.peak_ma, 3),
        over_ma=round(felt.peak_ma - watch.legitimate_ma, 3),
        peak_density_ma_per_cm2=round(felt.peak_density_ma_per_cm2, 4),
        density_ceiling_ma_per_cm2=rig.limits.density_ma_per_cm2,
        ms_over_density=round(felt.ms_over_density, 3),
        excess_uc_per_cm2=round(felt.excess_uc_per_cm2, 3),
        charge_mc=round(felt.charge_mc, 3),
        peak_open_v=round(felt.peak_open_v, 2),
        ms_over_30_ma=round(felt.ms_over_30_ma, 4),
        ms_over_set=round(watch.over_ms, 3),
        ms_to_zero=None if zero_ms is None else round(zero_ms, 3),
        ms_to_off=None if off_ms is None else round(off_ms, 3),
        ms_to_fall=ms(watch.fall_ns, watch.at_ns),
        first=watch.first or "nobody needed",
        held="limiter" if watch.limited else "",
        codes=watch.codes,
        end=end,
        later=later.what,
    )


def unfit(cell: Cell, why: str) -> Row:
    """The row of a cell that could not be run: it fails."""
    return Row(
        cell=cell.id,
        fault=cell.fault_name,
        state=cell.where,
        phenotype=cell.phenotype,
        effect=cell.fault.effect,
        budget="",
        passed=False,
        why=(why,),
    )


def _felt(budget: Budget, watch: Watch, felt: FeltWindow, rig: Rig) -> list[str]:
    """Height, density, and the hardware's own bound."""
    why = []
    if felt.ms_over_30_ma > OVER_30_MS:
        why.append(f"{felt.ms_over_30_ma:.2f} ms above 30 mA, allowed {OVER_30_MS:g}")
    allowed_ma = None if watch.peak_supply_v > PROBE_V else budget.bound_ma
    if allowed_ma is None and not budget.forced:
        allowed_ma = watch.allowed_ma
    if allowed_ma is not None and felt.peak_ma > allowed_ma:
        why.append(f"{felt.peak_ma:.2f} mA felt, allowed {allowed_ma:.2f}")
    area = budget.area
    if area is not None:
        ratio = felt.peak_density_ma_per_cm2 / rig.limits.density_ma_per_cm2
        if area.peak_ratio is not None and ratio > area.peak_ratio:
            why.append(f"density {ratio:.2f} x its ceiling, allowed {area.peak_ratio:g}")
        if area.ms_over is not None and felt.ms_over_density > area.ms_over:
            why.append(f"{felt.ms_over_density:.1f} ms over the density, allowed {area.ms_over:g}")
        if area.excess_uc_per_cm2 is not None and felt.excess_uc_per_cm2 > area.excess_uc_per_cm2:
            why.append(f"{felt.excess_uc_per_cm2:.1f} uC/cm2 in excess, allowed {area.excess_uc_per_cm2:g}")
    return why


def _times(budget: Budget, watch: Watch, zero_ms: float | None, off_ms: float | None, still_ma: float) -> list[str]:
    why = []
    if budget.over_ms is not None and watch.over_ms > budget.over_ms:
        why.append(f"more than set for {watch.over_ms:.0f} ms, allowed {budget.over_ms:g}")
    if budget.zero_ms is not None and watch.before_ma >= ZERO_MA and watch.event_ns is not None:
        if zero_ms is None:
            why.append(f"{still_ma:.2f} mA still flow, allowed {budget.zero_ms:g} ms")
        elif zero_ms > budget.zero_ms:
            why.append(f"zero after {zero_ms:.1f} ms, allowed {budget.zero_ms:g}")
    if budget.off_ms is not None and (off_ms is None or off_ms > budget.off_ms):
        came = "never" if off_ms is None else f"after {off_ms:.1f} ms"
        why.append(f"output cut {came}, allowed {budget.off_ms:g}")
    fall_ms = ms(watch.fall_ns, watch.at_ns)
    if budget.fall_ms is not None and watch.before_ma >= 1.0 and (fall_ms is None or fall_ms > budget.fall_ms):
        came = "never" if fall_ms is None else f"after {fall_ms:.1f} ms"
        why.append(f"falls {came}, allowed {budget.fall_ms:g}")
    return why


def _ending(budget: Budget, watch: Watch, end: str, later: Later) -> list[str]:
    why = []
    if budget.ends and end not in budget.ends:
        why.append(f"ended in {end}, allowed {', '.join(sorted(budget.ends))}")
    if budget.named and end != "FAULT" and not later.found:
        why.append(f"ended in {end}: the fault was not named, nor found by the next self-test ({later.what})")
    if budget.codes and not budget.codes & set(watch.codes):
        why.append(f"named {' '.join(watch.codes) or 'nothing'}, expected {' '.join(sorted(budget.codes))}")
    return why


def _later(cell: Cell, budget: Budget, later: Later) -> list[str]:
    why = []
    felt = later.felt
    if felt is not None:
        allowed_ma = later.allowed_ma + max(SET_MA, SET_SHARE * later.allowed_ma) if later.allowed_ma else ZERO_MA
        forced = cell.fault.effect in ("over", "over_blind", "remake", "open")
        if forced and later.allowed_ma:
            allowed_ma = max(allowed_ma, 8.0)
        if felt.peak_ma > allowed_ma:
            why.append(f"later {felt.peak_ma:.2f} mA felt, allowed {allowed_ma:.2f}")
    if budget.then == "self_test" and not later.found:
        why.append(f"not found: {later.what}")
    if budget.then == "restart" and later.state not in ("IDLE", "FAULT"):
        why.append(f"a new program did more than test itself: {later.what}")
    if budget.then == "next_session" and later.state == "RAMP_UP":
        why.append(f"the next session began all the same: {later.what}")
    if budget.then == "go_on" and budget.named and not later.found and later.state == "RAMP_UP":
        why.append(f"treatment went on unseen: {later.what}")
    return why
