"""Everything that may go wrong, each held until the design's time is over, and what must have become of the output.

Values are chosen so that one monitor and no other answers in its time: without that monitor the check fails. Times
are those of the safety design's table, in ticks, with the conversions that the monitor must wait for.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from appliance.control.run import DITHER_FROM_MA
from appliance.proof.explore.event import Event
from appliance.safety.monitors.area import ELECTRODES_V, FROM_MA
from appliance.safety.monitors.current import Disagreement, Mismatch, OpenCircuit, OverSet
from appliance.safety.monitors.stale import Stale
from appliance.safety.monitors.timing import ClockJump, LateTick
from appliance.treatment.session import RUNNING

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine
    from appliance.proof.explore.world import World

Where = Callable[["Machine"], bool]
UNSEEN_MA: Final = FROM_MA - 0.1  # above, the area monitors take a current that falls for a hand that leaves
SETTLE: Final = 48  # ticks: every channel several times, and the trend's first 100 ms
KNOWN_FIRST: Final = frozenset(("reference", "area_level", "area_trend", "slew", "stale"))  # compare with before
SAME_SIGN: Final = 18  # ticks: a 16-bit maximal sequence repeats a sign 16 times at most, and then the code moves
SHRINKS_TICKS: Final = 760  # to 1.9 x the skin: k of the level is 1.8 at most here, and no other monitor speaks yet
FADES_S: Final = 0.2  # longer than a loop-back needs
FADING_S: Final = 0.5  # longer than a hand is watched in a fade, with the quiet ticks before it
FAR_S: Final = 10.0  # longer than any hazard is held
CONVERSIONS: Final = 8  # ticks in which every monitor channel is converted


def _in_fault(m: "Machine") -> bool:
    return m.off and m.daemon.session.state == "FAULT"


def _is_off(m: "Machine") -> bool:
    return m.off


def _answered(name: str, by: Where) -> "Callable[[Machine], None]":
    def then(m: "Machine") -> None:
        state = m.daemon.session.state
        m.checks("every_hazard_is_answered", by(m), f"{name}: {state}, ENABLE {m.board.enabled}")

    return then


def _fault_or_closed(m: "Machine") -> bool:
    return _in_fault(m) or m.daemon.gate.enabled  # closed was no lie then


def _hazard(
    name: str, says: str, ticks: int, where: Where, *inputs: tuple[str, object], cut: bool = True, by: Where = _in_fault
) -> Event:
    by = by if cut else _is_off
    settle = SETTLE if name in KNOWN_FIRST else 0
    return Event(says, inputs, None, where, ticks=ticks, settle=settle, until=by, then=_answered(name, by))


def _grown(name: str, says: str, ticks: int, where: Where, grow: "Callable[[World, int], None]") -> Event:
    then = _answered(name, _is_off)
    return Event(says, (), None, where, ticks=ticks, settle=SETTLE, grow=grow, until=_is_off, then=then)


def _jumped(name: str, says: str, where: Where, jump_ns: int) -> Event:
    return Event(says, (), None, where, jump_ns=jump_ns, then=_answered(name, _in_fault))


# ------------------------------------------------------------ where


def _on_dummy(m: "Machine") -> bool:
    """In self-test, with current or volts on the dummy load; a latch that was tripped on purpose cuts by itself."""
    board = m.board
    carries = bool(board.set_code or board.compliance_code) and board.enabled and board.latch_set
    return m.daemon.session.state == "SELF_TEST" and board.dummy and carries


def _watched(m: "Machine") -> bool:
    return m.daemon.session.state not in ("FAULT", "SELF_TEST")


def _not_fault(m: "Machine") -> bool:
    """Any state but FAULT; a bus that failed is tried again after 40 ticks, and until then nothing is measured."""
    return m.daemon.session.state != "FAULT" and not m.daemon.bus_lost


def _at_rest(m: "Machine") -> bool:
    return _watched(m) and not m.daemon.gate.enabled


def _asked(*, is_reversed: bool) -> Where:
    def where(m: "Machine") -> bool:
        return _watched(m) and m.daemon.gate.asked_reversed == is_reversed

    return where


def _dithering(m: "Machine") -> bool:
    return m.daemon.session.state == "HOLD" and m.daemon.session.base_ma >= DITHER_FROM_MA + 0.1


def _low(least_ma: float) -> Where:
    """Running, and far enough below the site's ceiling that only the set is exceeded."""

    def where(m: "Machine") -> bool:
        plan = m.daemon.session.plan
        return _holding(least_ma)(m) and plan is not None and m.daemon.session.base_ma + 2.0 < plan.limits.device_ma

    return where


def _running(least_ma: float) -> Where:
    def where(m: "Machine") -> bool:
        return m.daemon.session.state in RUNNING and m.daemon.session.base_ma >= least_ma

    return where


def _lasting(least_ma: float) -> Where:
    """Running, and not in a fade that ends by itself meanwhile."""

    def where(m: "Machine") -> bool:
        session = m.daemon.session
        left_ma = session.base_ma - (FADES_S * session._fall_ma_per_s if session.state == "RAMP_DOWN" else 0.0)
        return session.state in RUNNING and left_ma >= least_ma

    return where


def _enabled(m: "Machine") -> bool:
    return m.daemon.session.energise and m.daemon.gate.enabled


def _holding(least_ma: float, room_ma: float = 0.0) -> Where:
    """In HOLD, far from its end, at a set at least so high and so far below the site's ceiling."""

    def where(m: "Machine") -> bool:
        session = m.daemon.session
        plan = session.plan
        if session.state != "HOLD" or plan is None or session.base_ma < least_ma:
            return False
        left_s = plan.duration_s - session.dose.elapsed_s - FAR_S
        half_s = left_s if session.half_done or not plan.reverses else session.half_left_s - FAR_S
        return min(left_s, half_s) > 0.0 and session.base_ma + room_ma < plan.limits.device_ma

    return where


def _regulated(m: "Machine") -> bool:
    """The source has room, so that a current below the set has no excuse."""
    session = m.daemon.session
    needs_v = session.base_ma * (m.daemon.run_now.compliance.loop_ohm / 1000.0 + Mismatch.DROP_KOHM) + ELECTRODES_V
    room_v = m.daemon.sample.asked_compliance_v - needs_v
    return (
        session.state == "HOLD"
        and OpenCircuit.FROM_SET_MA <= session.base_ma <= UNSEEN_MA
        and room_v > 2 * Mismatch.HEADROOM_V
    )


# ------------------------------------------------------------ what


def _shrink(world: "World", n: int) -> None:
    world.skin = 1.0 + 0.0012 * n


def _pull_out(world: "World", n: int) -> None:
    world.skin = 1.0 + 0.05 * n


def _fading(least_ma: float) -> Where:
    """In RAMP_DOWN, which does not end by itself meanwhile."""

    def where(m: "Machine") -> bool:
        session = m.daemon.session
        return session.state == "RAMP_DOWN" and session.base_ma - FADING_S * session._fall_ma_per_s >= least_ma

    return where


def _table() -> tuple[Event, ...]:
    over_ma = OverSet.MARGIN_MA + 0.1
    apart_ma = -Disagreement.MARGIN_MA - 0.2
    below_ma = -Mismatch.MARGIN_MA - 0.05  # more than half of 1 mA is left: no open loop
    return (
        _hazard("over_site", "both sensors read more than the site's ceiling", 1, _watched, ("reads_ma", 25.5)),
        _hazard(
            "over_set", "both sensors read 0.6 mA more than is set", 1 + OverSet.READINGS, _low(2.0),
            ("return_off_ma", over_ma), ("source_off_ma", over_ma),
        ),
        _hazard(
            "disagreement", "the source reads 0.7 mA less than the return", 2 * CONVERSIONS, _low(1.5),
            ("source_off_ma", apart_ma),
        ),
        _hazard(
            "mismatch", "both sensors read 0.45 mA less than is set", 25, _regulated,
            ("return_off_ma", below_ma), ("source_off_ma", below_ma),
        ),
        _hazard(
            "slew", "the current is 0.7 mA more than it was a moment ago", 45, _holding(20.0, 0.5),
            ("return_off_ma", 0.7), ("source_off_ma", 0.7),
        ),
        _hazard(
            "open", "nothing flows any more", 10, _running(OpenCircuit.FROM_SET_MA),
            ("conducts", False), cut=False,
        ),
        _grown(
            "area_level", "the skin in the water shrinks over seconds", SHRINKS_TICKS,
            _holding(FROM_MA + 0.2), _shrink,
        ),
        _hazard(
            "area_trend", "the skin in the water shrinks at once", 6, _holding(FROM_MA + 0.2),
            ("skin", 1.35), cut=False,
        ),
        _hazard(
            "area_capacitance", "half of the skin leaves the water while the rest softens", 500,
            _holding(FROM_MA), ("capacitance", 0.4), cut=False,
        ),
        _grown("area_fading", "a hand is pulled out while the current fades", 30, _fading(2.0), _pull_out),
        _hazard(
            "compliance_loopback", "V_COMP reads 3 V more than was asked", 24, _lasting(0.5),
            ("compliance_off_v", 3.0),
        ),
        _hazard(
            "dac_loopback", "the current's DAC puts out 300 codes more", 24, _lasting(0.5),
            ("set_volts_off_codes", 300),
        ),
        _hazard("reference", "the reference moves by 2 %", 24, _holding(3.5), ("set_volts_gain", 1.02)),
        _hazard(
            "stale", "the return current reads as it did, for ever", 2 * Stale.BLOCK + 2, _holding(2.0),
            ("return_frozen", True),
        ),
        _hazard("saturation", "the return ADC is at the end of its range", 1, _watched, ("saturated", True)),
        _hazard("adc_identity", "the return ADC has lost its configuration", 4, _not_fault, ("config_lost", True)),
        _hazard("dummy_load", "the dummy load falls out of the self-test", 1, _on_dummy, ("dummy_out", True)),
        _hazard("e_stop", "the red switch is pushed", 1, _not_fault, ("e_stop", True)),
        _hazard("relay", "K1's read-back says open", 12, _enabled, ("relay_reads", True)),
        _hazard("relay", "K1's read-back says closed", 12, _at_rest, ("relay_reads", False), by=_fault_or_closed),
        _hazard("polarity", "K2's read-back says reversed", 12, _asked(is_reversed=False), ("polarity_reads", True)),
        _hazard("polarity", "K2's read-back says normal", 12, _asked(is_reversed=True), ("polarity_reads", False)),
        _hazard("latch", "the hardware's latch has tripped", 1, _watched, ("latch_reads", True)),
        _hazard("watchdog", "the watchdog is not content", 1, _watched, ("watchdog_reads", False)),
        _hazard("tray", "a tray is pulled out", 2, _enabled, ("tray_out", True), cut=False),
        _hazard("pedal", "the pedal is pressed and held", 2 + 102, _enabled, ("pedal", True), cut=False),
        _hazard("late_tick", "a tick comes 12 ms late", 1, _enabled, ("late_ns", LateTick.BOUND_NS + 2_000_000)),
        _jumped("clock_jump", "the clock leaps by 0.15 s", _watched, ClockJump.MOST_NS + 50_000_000),
        _jumped("clock_jump", "the clock goes back by 0.05 s", _watched, -50_000_000),
        _hazard("exception", "a mistake in the program while sensing", 1, _not_fault, ("breaks", "sense")),
        _hazard("exception", "a mistake in the program while reading commands", 1, _not_fault, ("breaks", "poll")),
        _hazard("exception", "a mistake in the program while sending the status", 20, _not_fault, ("breaks", "status")),
        _hazard("exception", "the ADCs do not answer", 1, _not_fault, ("bus", "reads_fail")),
        _hazard("exception", "the DACs do not answer", SAME_SIGN, _dithering, ("bus", "writes_fail")),
    )  # fmt: skip


HAZARDS: Final[tuple[Event, ...]] = _table()
