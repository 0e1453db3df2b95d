"""What rules of session, gate and tick forbid: a jolt, a direction that moves closed, current that nobody asked for."""

from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from appliance.control.gate import Bounds, Order
from appliance.control.self_test.trial import TestOrder
from appliance.errors import OutputError
from appliance.link.messages import Accepted, Pause, Resume, Stop
from appliance.proof.stories.bench import HANDS
from appliance.proof.stories.board import SCALES
from appliance.proof.stories.story import Lacks, Story, bench_without

_SHORT: Final = replace(HANDS, set_ma=4.0, max_ma=5.0, duration_s=60.0)


def _current_after_a_sting(lacks: Lacks) -> bool:
    """'It stings' in HOLD: half a second, and nothing may flow."""
    bench = bench_without(lacks).to("HOLD")
    bench.ask(Pause())
    bench.run(0.6)
    return bench.board.output_ma > 0.1


def _a_jump_at_stop(lacks: Lacks) -> bool:
    """STOP in HOLD: how much falls in one tick?"""
    bench = bench_without(lacks).to("HOLD")
    most_ma, was_ma = 0.0, bench.board.output_ma
    bench.ask(Stop())
    for _ in range(400):
        bench.step()
        most_ma, was_ma = max(most_ma, was_ma - bench.board.output_ma), bench.board.output_ma
    return most_ma > 1.0


def _the_other_way_at_once(lacks: Lacks) -> bool:
    """The direction changes at half time: how long does nothing flow before?"""
    bench = bench_without(lacks).to("IDLE")
    bench.treat(replace(_SHORT, polarity="reverse_at_half"))
    bench.run(60.0, "REVERSE")
    begun_ns = bench.clock.t_ns
    bench.run(5.0, "CONTACT")
    return bench.clock.t_ns - begun_ns < 10**9


def _endless_probing(lacks: Lacks) -> bool:
    """Hands that are in for a breath and out again: more than six minutes of probe in one session?"""
    bench = bench_without(lacks).to("CONTACT")
    bench.run(60.0)
    for _ in range(36):
        bench.has_skin = True
        bench.run(1.0)
        bench.has_skin = False
        bench.board.tray_out = True
        bench.run(0.5)
        bench.board.tray_out = False
        bench.run(0.1)
        if bench.state != "PAUSED":
            return False
        bench.ask(Resume())
        bench.run(9.0)
    return bench.state == "CONTACT"


def _an_endless_pause(lacks: Lacks) -> bool:
    """It stings, and nobody comes back."""
    bench = bench_without(lacks).to("HOLD")
    bench.ask(Pause())
    bench.run(150.0)
    return bench.state == "PAUSED"


def _treatment_beyond_its_time(lacks: Lacks) -> bool:
    """A minute was prescribed."""
    bench = bench_without(lacks).to("IDLE")
    bench.treat(_SHORT)
    bench.run(90.0)
    return bench.board.output_ma > 1.0


def _a_start_too_late(lacks: Lacks) -> bool:
    """39 minutes of output are on the hardware's timer, which has not rested."""
    bench = bench_without(lacks).to("IDLE")
    bench.daemon.output_timer.output_s = 39 * 60.0
    return isinstance(bench.start(), Accepted)


def _the_direction_under_a_closed_relay(lacks: Lacks) -> bool:
    """The output opens, and the next run has the other direction: is K1 still on its way when K2 moves?"""
    bench = bench_without(lacks).to("HOLD")
    moved_closed = []
    reverse = bench.board.reverse

    def watched(on: bool) -> None:
        moved_closed.append(bench.board.relay_closed)
        reverse(on)

    bench.board.reverse = watched  # type: ignore[method-assign]
    gate, now_ns = bench.daemon.gate, bench.clock.t_ns
    gate.act(Order(1, False, reversed=True), 1, now_ns)
    return any(moved_closed)


def _a_code_above_25_ma(lacks: Lacks) -> bool:
    """Bounds that are wrong by themselves, and dither on top."""
    bench = bench_without(lacks).to("HOLD")
    gate = bench.daemon.gate
    gate.bounds = Bounds(100.0, 48.0)
    gate.act(Order(1, True, 27.0, 3, 40.0), 1, bench.clock.t_ns)
    return bench.board.set_code > SCALES.set_code(25.0)


def _a_test_through_a_person(lacks: Lacks) -> bool:
    """A script that forgot the dummy load, with hands in the water."""
    bench = bench_without(lacks).to("IDLE")
    bench.board.latch_reset(True)
    gate = bench.daemon.gate
    with suppress(OutputError):
        gate.act_test(TestOrder(enable=True, code=2000, compliance_v=20.0), bench.clock.t_ns)
    bench.clock.t_ns += 15_000_000
    return bench.board.output_ma > 1.0


def _a_clock_that_goes_back(lacks: Lacks) -> bool:
    """At rest, where no late tick is looked for: is the device still offered?"""
    bench = bench_without(lacks).to("IDLE")
    bench.daemon.tick(bench.clock.t_ns - 10**9, 0)
    return bench.state == "IDLE"


def _a_step_of_the_set(lacks: Lacks) -> bool:
    """A defect of the program puts 4 mA on top within one tick of a ramp: does current go on?"""
    bench = bench_without(lacks).to("RAMP_UP")
    bench.run(5.0)
    bench.daemon.session.base_ma += 4.0
    bench.run(0.1)
    return bench.board.output_ma > 1.0


def _volts_that_follow_a_leaving_hand(lacks: Lacks) -> bool:
    """The resistance rises by a tenth, too slowly for a hand that is pulled out: the voltage may not go on rising."""
    bench = bench_without(lacks).to("HOLD")
    bench.run(3.0)
    for ohm in (2100.0, 2200.0):
        bench.board.patient_ohm = ohm
        bench.run(0.12)
    before_code = bench.board.compliance_code
    bench.run(0.2)
    return bench.state == "HOLD" and bench.board.compliance_code > before_code + 4


RULES: Final = (
    Story("slew", "a wrong program adds 4 mA within one tick of a ramp, and current goes on", _a_step_of_the_set),
    Story("compliance.frozen", "the volts follow a resistance that has just risen", _volts_that_follow_a_leaving_hand),
    Story("session.stings", "current still flows 0.6 s after 'it stings'", _current_after_a_sting),
    Story("session.fade", "STOP falls by more than 1 mA in a tick", _a_jump_at_stop),
    Story("session.dwell", "the other direction begins within a second", _the_other_way_at_once),
    Story("session.contact_total", "hands that come and go are probed for more than six minutes", _endless_probing),
    Story("session.pause_ends", "'it stings', nobody comes back, and it waits for ever", _an_endless_pause),
    Story("session.charge_ceiling", "a minute was prescribed, and current flows after it", _treatment_beyond_its_time),
    Story("commands.output_time", "a start is taken that the treatment timer would cut", _a_start_too_late),
    Story("gate.polarity_at_zero", "K2 moves while K1 is still on its way", _the_direction_under_a_closed_relay),
    Story("gate.code_max", "bounds and dither that are wrong put out a code above that of 25 mA", _a_code_above_25_ma),
    Story(
        "gate.test_on_dummy",
        "a test current without the dummy load flows through a person",
        _a_test_through_a_person,
    ),
    Story("clock_jump", "time goes back by a second, and the device is still offered", _a_clock_that_goes_back),
)
