"""Faults of the program itself: it dies, hangs, comes late, errs, or asks for what may not be. Done from outside.

Nothing in the daemon knows of these. Each replaces one method of one composed object, as a bug in it would.
"""

from collections.abc import Callable
from typing import Any, Final

from appliance.control.gate import Order
from appliance.link.messages import Pause, Resume, Start, Stop
from appliance.proof.faults.model import Fault
from appliance.proof.faults.rig import Rig

WILD_MA: Final = 60.0
WRONG_SHARE: Final = 1.1  # a calibration that is ten per cent off
HOUR_NS: Final = 3_600_000_000_000


def _replace(part: object, name: str, method: Callable[..., Any]) -> None:
    """One method of one object becomes another."""
    setattr(part, name, method)


def _raise_once(part: object, name: str) -> None:
    """The next call meets a bug; the one after it does not."""

    def broken(*_args: object, **_kwargs: object) -> object:
        delattr(part, name)
        raise RuntimeError("a bug, put here by the fault campaign")

    _replace(part, name, broken)


def _killed(rig: Rig) -> None:
    rig.alive = False


def _hung(rig: Rig) -> None:
    """A second later it goes on as if nothing had been."""
    rig.stall_ms(1000.0)


def _stalled(ms: float) -> Callable[[Rig], None]:
    return lambda rig: rig.stall_ms(ms)


def _slow(rig: Rig) -> None:
    """Every tick takes seven milliseconds: the machine is throttled."""
    read = rig.daemon.board.read_inputs

    def slowly() -> object:
        rig.bench.advance_to(rig.bench.now_ns + 7_000_000)
        return read()

    _replace(rig.daemon.board, "read_inputs", slowly)


def _erring_sense(rig: Rig) -> None:
    _raise_once(rig.daemon.board, "read_return_counts")


def _erring_monitor(rig: Rig) -> None:
    _raise_once(rig.daemon.monitors[0], "check")


def _erring_session(rig: Rig) -> None:
    _raise_once(rig.daemon.session, "step")


def _erring_talk(rig: Rig) -> None:
    _raise_once(rig.daemon.talk, "poll")


def _erring_gate(rig: Rig) -> None:
    """In the very place that makes zero: only the pin and the withheld kick are left."""
    _raise_once(rig.daemon.gate, "act")


def _asks_too_much(rig: Rig) -> None:
    """The patient's choice becomes nonsense: the constraint chain must hold it."""
    rig.daemon.session.choice_ma = WILD_MA


def _ramp_jumps(rig: Rig) -> None:
    """The ramp goes to its goal in one step: a jolt."""
    session = rig.daemon.session

    def jump(allowed_ma: float, dt_s: float) -> None:
        del dt_s
        session.base_ma = allowed_ma

    _replace(session, "ramp", jump)


def _wild_order(rig: Rig) -> None:
    """Between chain and gate an order becomes nonsense."""
    order = rig.daemon.run_now.order

    def wild(*args: Any) -> Order:
        return order(*args)._replace(set_ma=WILD_MA)

    _replace(rig.daemon.run_now, "order", wild)


def _late_order(rig: Rig) -> None:
    """STOP; then the order from before it comes again and again: the gate must know its generation."""
    run = rig.daemon.run_now
    order, old_generation = run.order, run.generation
    kept: list[Order] = []

    def late(*args: Any) -> Order:
        made = order(*args)
        if run.generation == old_generation:
            kept[:] = [made]
        return kept[0] if kept else made

    _replace(run, "order", late)
    rig.send(Stop())


def _flips_polarity(rig: Rig) -> None:
    """The direction changes under current, in software."""
    rig.daemon.session.reversed = not rig.daemon.session.reversed


def _wrong_calibration(rig: Rig) -> None:
    """Set and return are both ten per cent off the same way, so that they agree; the source sense is not."""
    scales = rig.daemon.scales
    scales.ma_per_code /= WRONG_SHARE
    for name in ("_return_ma_per_count", "_return_offset_ma"):
        setattr(scales, name, getattr(scales, name) / WRONG_SHARE)


def _clock_jumps(rig: Rig) -> None:
    rig.clock.jump_ns += HOUR_NS


def _screen_gone(rig: Rig) -> None:
    rig.leave()


def _screen_back(rig: Rig) -> None:
    """The screen hangs for four seconds, then renews again: current must not come back by itself."""
    look, talk = rig.simulation.talk.on_status, rig.simulation.talk
    talk.on_status = None
    rig.after(4.0, lambda: setattr(talk, "on_status", look))


def _sockets_closed(rig: Rig) -> None:
    """Kiosk and recorder are cut off at once."""
    rig.simulation.talk.recorder_connected = False
    rig.leave()


def _second_start(rig: Rig) -> None:
    rig.send(Start(id="another", permit="demo", plan=rig.plan))


def _same_start(rig: Rig) -> None:
    rig.send(Start(id="simulated", permit="demo", plan=rig.plan))


def _stop(rig: Rig) -> None:
    rig.send(Stop())


def _stings(rig: Rig) -> None:
    rig.send(Pause())


def _resume_spam(rig: Rig) -> None:
    """A hostile screen asks to resume and to start again at every tick."""
    rig.looks.append(lambda: rig.send(Resume()))


SOFTWARE: Final[tuple[Fault, ...]] = (
    Fault("daemon_killed", "dead", "SIGKILL: pins stay as they were", _killed),
    Fault("daemon_hung", "dead", "hangs for a second, then goes on", _hung),
    Fault("stalled_8", "none", "not scheduled for 8 ms: must be borne", _stalled(8.0)),
    Fault("stalled_18", "late", "not scheduled for 18 ms", _stalled(18.0)),
    Fault("stalled_60", "dead", "not scheduled for 60 ms", _stalled(60.0)),
    Fault("slow_ticks", "dead", "every tick takes 7 ms", _slow),
    Fault("error_sense", "exception", "an exception in sense", _erring_sense),
    Fault("error_monitor", "exception", "an exception in a monitor", _erring_monitor),
    Fault("error_session", "exception", "an exception in the session machine", _erring_session),
    Fault("error_talk", "exception", "an exception in a client's port", _erring_talk),
    Fault("error_gate", "exception", "an exception in the gate", _erring_gate),
    Fault("asks_too_much", "wish", "the choice becomes 60 mA", _asks_too_much, needs="plan"),
    Fault("ramp_jumps", "wish", "the ramp goes to its goal in one step", _ramp_jumps, needs="plan"),
    Fault("wild_order", "over", "an order of 60 mA after the chain", _wild_order, needs="plan"),
    Fault("late_order", "stop", "an old order comes after STOP", _late_order, needs="plan"),
    Fault("flips_polarity", "exception", "the direction changes under current", _flips_polarity, needs="plan"),
    Fault("wrong_calibration", "over_blind", "set and return both 10 % off", _wrong_calibration),
    Fault("clock_jumps", "late", "the clock jumps by an hour", _clock_jumps),
    Fault("screen_gone", "lease", "the kiosk hangs: no renewal", _screen_gone, needs="plan"),
    Fault("screen_back", "lease", "the kiosk hangs for 4 s, then renews", _screen_back, needs="plan"),
    Fault("sockets_closed", "lease", "all clients are cut off", _sockets_closed, needs="plan"),
    Fault("second_start", "none", "a second start", _second_start),
    Fault("same_start", "none", "the same start again", _same_start),
    Fault("stop", "stop", "STOP", _stop, needs="plan"),
    Fault("stings", "pedal", "'it stings'", _stings, needs="plan"),
    Fault("resume_spam", "unasked", "a screen that asks to resume at every tick", _resume_spam, needs="no_pause"),
)
