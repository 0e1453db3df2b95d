"""A daemon without one rule of session, gate or entry does what that rule forbids: told twice, with it and without."""

import pytest
from ideal_board import SCALES
from msgspec.structs import replace
from tick_bench import HANDS, TickBench

from appliance.control.gate import Bounds, Order
from appliance.control.self_test import trial
from appliance.errors import OutputError
from appliance.link.messages import Accepted, Pause, Resume, Stop
from appliance.proof.without import without

SHORT = replace(HANDS, set_ma=4.0, max_ma=5.0, duration_s=60.0)


def bench_without(lacks: str | None) -> TickBench:
    """Fresh from power-on."""
    bench = TickBench()
    if lacks is not None:
        without(bench.daemon, lacks)
    return bench


def current_after_a_sting(lacks: str | None) -> bool:
    """'It stings' in HOLD: half a second, and nothing may flow."""
    bench = bench_without(lacks).to("HOLD")
    bench.ask(Pause())
    bench.run(0.6)
    return bench.board.output_ma > 0.1


def a_jump_at_stop(lacks: str | None) -> bool:
    """STOP in HOLD: how much falls in one tick?"""
    bench = bench_without(lacks).to("HOLD")
    most_ma, was_ma = 0.0, bench.board.output_ma
    bench.ask(Stop())
    for _ in range(400):
        bench.step()
        most_ma, was_ma = max(most_ma, was_ma - bench.board.output_ma), bench.board.output_ma
    return most_ma > 1.0


def the_other_way_at_once(lacks: str | None) -> bool:
    """The direction changes at half time: how long does nothing flow before?"""
    bench = bench_without(lacks)
    bench.run(30.0, "IDLE")
    bench.refill_trays()
    assert isinstance(bench.start(replace(SHORT, polarity="reverse_at_half")), Accepted)
    bench.run(0.05)
    bench.press()
    bench.run(60.0, "REVERSE")
    begun_ns = bench.clock.t_ns
    bench.run(5.0, "CONTACT")
    return bench.clock.t_ns - begun_ns < 10**9


def endless_probing(lacks: str | None) -> bool:
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


def an_endless_pause(lacks: str | None) -> bool:
    """It stings, and nobody comes back."""
    bench = bench_without(lacks).to("HOLD")
    bench.ask(Pause())
    bench.run(150.0)
    return bench.state == "PAUSED"


def treatment_beyond_its_time(lacks: str | None) -> bool:
    """A minute was prescribed."""
    bench = bench_without(lacks)
    bench.run(30.0, "IDLE")
    bench.refill_trays()
    assert isinstance(bench.start(SHORT), Accepted)
    bench.run(0.05)
    bench.press()
    bench.run(90.0)
    return bench.board.output_ma > 1.0


def a_start_that_the_timer_would_cut(lacks: str | None) -> bool:
    """39 minutes of output are on the hardware's timer, which has not rested."""
    bench = bench_without(lacks).to("IDLE")
    bench.daemon.output_timer.output_s = 39 * 60.0
    return isinstance(bench.start(), Accepted)


def the_direction_under_a_closed_relay(lacks: str | None) -> bool:
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


def a_code_above_25_ma(lacks: str | None) -> bool:
    """Bounds that are wrong by themselves, and dither on top."""
    bench = bench_without(lacks).to("HOLD")
    gate = bench.daemon.gate
    gate.bounds = Bounds(100.0, 48.0)
    gate.act(Order(1, True, 27.0, 3, 40.0), 1, bench.clock.t_ns)
    return bench.board.set_code > SCALES.set_code(25.0)


def a_test_current_through_a_person(lacks: str | None) -> bool:
    """A script that forgot the dummy load, with hands in the water."""
    bench = bench_without(lacks).to("IDLE")
    bench.board.latch_reset(True)
    gate = bench.daemon.gate
    try:
        gate.act_test(trial.TestOrder(enable=True, code=2000, compliance_v=20.0), bench.clock.t_ns)
    except OutputError as error:
        assert error.code == "E330"
    bench.clock.t_ns += 15_000_000
    return bench.board.output_ma > 1.0


def a_clock_that_goes_back(lacks: str | None) -> bool:
    """At rest, where no late tick is looked for: is the device still offered?"""
    bench = bench_without(lacks).to("IDLE")
    bench.daemon.tick(bench.clock.t_ns - 10**9, 0)
    return bench.state == "IDLE"


def a_choice_above_the_prescription(lacks: str | None) -> bool:
    """18 mA were prescribed at most; a defect of the program makes it the patient's choice to have 20."""
    bench = bench_without(lacks).to("HOLD")
    bench.daemon.session.choice_ma = 20.0
    bench.run(10.0)
    return bench.board.output_ma > 18.5


def a_step_of_the_set(lacks: str | None) -> bool:
    """A defect of the program puts 4 mA on top within one tick of a ramp: does current go on?"""
    bench = bench_without(lacks).to("RAMP_UP")
    bench.run(5.0)
    bench.daemon.session.base_ma += 4.0
    bench.run(0.1)
    return bench.board.output_ma > 1.0


def volts_that_follow_a_leaving_hand(lacks: str | None) -> bool:
    """The resistance has risen by a tenth: in the first moment the voltage may not have gone with it."""
    bench = bench_without(lacks).to("HOLD")
    bench.run(3.0)
    before_code = bench.board.compliance_code
    bench.board.patient_ohm = 2200.0
    bench.run(0.4)
    assert bench.state == "HOLD"
    return bench.board.compliance_code > before_code + 8


STORIES = {
    "limit.prescription": a_choice_above_the_prescription,
    "slew": a_step_of_the_set,
    "compliance.frozen": volts_that_follow_a_leaving_hand,
    "session.stings": current_after_a_sting,
    "session.fade": a_jump_at_stop,
    "session.dwell": the_other_way_at_once,
    "session.contact_total": endless_probing,
    "session.pause_ends": an_endless_pause,
    "session.charge_ceiling": treatment_beyond_its_time,
    "commands.output_time": a_start_that_the_timer_would_cut,
    "gate.polarity_at_zero": the_direction_under_a_closed_relay,
    "gate.code_max": a_code_above_25_ma,
    "gate.test_on_dummy": a_test_current_through_a_person,
    "clock_jump": a_clock_that_goes_back,
}


@pytest.mark.parametrize("control", STORIES)
def test_without_this_rule_what_it_forbids_happens(control: str) -> None:
    story = STORIES[control]
    assert (story(None), story(control)) == (False, True)
