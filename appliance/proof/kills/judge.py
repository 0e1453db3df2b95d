"""What was felt, held against the budgets. Pure: it reads a diary and answers with times, peaks and breaches."""

from collections.abc import Iterator
from typing import Final

from appliance.proof.kills import model
from appliance.proof.kills.diary import RELAY_OPEN, Blow, Diary
from appliance.proof.kills.model import Found
from appliance.sim.felt_log import Sample
from appliance.units import NS_PER_MS

BEFORE_NS: Final = 50 * NS_PER_MS
SLOPE_NS: Final = 200 * NS_PER_MS  # a slope is measured over so long: a code of the DAC or dither is none
SLOPE_SLACK_MA: Final = 0.1  # dither's four codes, noise, and the bench's own rounding


def dead(diary: Diary, blow: Blow, set_ma: float) -> Found:
    """A daemon that lives no more, or stands still: only hardware is left.

    Zero within 100 ms, K1 open within 120 ms, never more than had been felt, and nothing comes back until now.
    """
    zero_ms, open_ms = to_zero_ms(diary, blow), to_open_ms(diary, blow)
    last_ms = model.ZERO_MS if blow.closed else 0.0
    felt = [
        *over(diary, blow, blow.felt_ma, set_ma),
        *returned(diary, blow.t_ns + round(last_ms * NS_PER_MS)),
    ]
    why = [
        *_late("zero", zero_ms, model.ZERO_MS, expected=blow.flows),
        *_late("K1 open", open_ms, model.OPEN_MS, expected=blow.closed),
        *felt,
    ]
    charge_mc = charge_since(diary, blow)
    most_mc = (blow.felt_ma + surge_ma(set_ma)) * model.ZERO_MS / 1e3
    if charge_mc > most_mc:
        why.append(f"{charge_mc:.3f} mC after the blow, allowed {most_mc:.3f}")
    return Found(zero_ms, open_ms, peak_ma(diary, blow), charge_mc, tuple(why), felt=bool(felt))


def hardware_alone(diary: Diary, blow: Blow) -> Iterator[str]:
    """The lines of a dead daemon keep their levels, ENABLE too: else nothing is shown of what the watchdog does."""
    if blow.closed and diary.all("level", "enable low", blow.t_ns):
        yield "ENABLE fell although nobody drove it: this shows nothing of watchdog and pump"


def surge_ma(set_ma: float) -> float:
    """How far above the set may be felt."""
    return max(model.SURGE_SHARE * set_ma, model.SURGE_MA)


def peak_ma(diary: Diary, blow: Blow) -> float:
    """The most that was felt from just before the blow on."""
    return diary.inner_peak_ma(blow.t_ns - BEFORE_NS)


def charge_since(diary: Diary, blow: Blow) -> float:
    """What flowed after the blow, in millicoulombs."""
    return max(0.0, max((s.charge_mc for s in diary.samples), default=0.0) - blow.charge_mc)


def to_zero_ms(diary: Diary, blow: Blow) -> float | None:
    """Until current flowed for the last time; None when none flowed, or when it flows still."""
    if not blow.flows and not diary.all("current_on", since_ns=blow.t_ns):
        return None
    zeros = diary.all("current_zero", since_ns=blow.t_ns)
    still = diary.flowed_at(1 << 62)
    return None if still or not zeros else (zeros[-1].t_ns - blow.t_ns) / NS_PER_MS


def to_open_ms(diary: Diary, blow: Blow) -> float | None:
    """Until K1 was open; None when it was before, or is not yet."""
    opened = diary.first("level", RELAY_OPEN, blow.t_ns) if blow.closed else None
    return None if opened is None else (opened.t_ns - blow.t_ns) / NS_PER_MS


def over(diary: Diary, blow: Blow, allowed_ma: float, set_ma: float) -> Iterator[str]:
    """More than was set, or than had been felt."""
    most_ma = allowed_ma + surge_ma(set_ma)
    felt_ma = peak_ma(diary, blow)
    if felt_ma > most_ma:
        yield f"{felt_ma:.2f} mA felt, allowed {most_ma:.2f}"


def returned(diary: Diary, from_ns: int, to_ns: int = 1 << 62) -> Iterator[str]:
    """Current where none may be."""
    back = [e for e in diary.all("current_on", since_ns=from_ns) if e.t_ns <= to_ns]
    if back:
        yield f"current came back {(back[0].t_ns - from_ns) / NS_PER_MS:.0f} ms after it had to be gone"
    felt_ma = diary.inner_peak_ma(from_ns, to_ns)
    if felt_ma >= model.ZERO_MA:
        yield f"{felt_ma:.2f} mA felt where there may be none"


def too_steep(diary: Diary, from_ns: int, to_ns: int) -> Iterator[str]:
    """A fall that is faster than a lost lease may fall."""
    falling = diary.between(from_ns, to_ns)
    for late in falling:
        early = next((s for s in falling if s.t_ns >= late.t_ns - SLOPE_NS), late)
        fall_ma = abs(early.current_ma) - abs(late.current_ma)
        most_ma = model.FALL_MA_PER_S * (late.t_ns - early.t_ns) / 1e9 + SLOPE_SLACK_MA
        if fall_ma > most_ma:
            yield f"fell {fall_ma:.2f} mA in {(late.t_ns - early.t_ns) / NS_PER_MS:.0f} ms, allowed {most_ma:.2f}"
            return


def steady(samples: list[Sample], set_ma: float) -> Iterator[str]:
    """A treatment that goes on gives what is set."""
    if not samples:
        yield "nothing was felt while the treatment should go on"
    wrong = [s for s in samples if abs(abs(s.current_ma) - set_ma) > surge_ma(set_ma)]
    if wrong:
        yield f"{abs(wrong[0].current_ma):.2f} mA felt in a HOLD of {set_ma:g} mA"


def _late(what: str, found_ms: float | None, most_ms: float, *, expected: bool) -> Iterator[str]:
    if found_ms is None and expected:
        yield f"{what}: never"
    elif found_ms is not None and found_ms > most_ms:
        yield f"{what} after {found_ms:.1f} ms, allowed {most_ms:.0f}"
