"""The red switch takes latch, relay and the chips' power with it by wire: who pushed it may pull it out and go on."""

import pytest

from appliance.errors import OutputError, SensingError
from appliance.link.messages import Accepted, Acknowledge, Refused
from appliance.proof.stories.bench import TickBench

SILENT = {
    "read_return_counts": SensingError("E206", "no power"),
    "write_set_code": OutputError("E311", "no power"),
}


@pytest.mark.parametrize("first", SILENT)
@pytest.mark.parametrize("state", ["IDLE", "CONTACT", "HOLD"])
def test_chips_that_fall_silent_with_the_red_switch_are_no_fault_of_their_own(first: str, state: str) -> None:
    bench = TickBench().to(state)
    bench.board.e_stop, bench.board.latch_set = True, False
    bench.board.fail[first] = SILENT[first]
    bench.run(0.1)
    bench.board.fail.update(SILENT)
    bench.run(1.0)
    assert bench.state == "FAULT"
    assert bench.daemon.session.codes[0] == "E401"

    bench.board.e_stop = False
    bench.board.fail.clear()
    bench.run(1.0)
    assert bench.state == "FAULT"
    opened = bench.board.calls.count(("open_chips", None))
    assert isinstance(bench.ask(Acknowledge()), Accepted)
    assert bench.board.calls.count(("open_chips", None)) == opened + 1, "what lost its power forgot its set-up"
    bench.run(30.0, "IDLE")


@pytest.mark.parametrize("after_ticks", [0, 1, 20, 39, 41])
def test_who_acknowledges_the_moment_the_switch_is_out_gets_a_self_test_of_what_is_there(after_ticks: int) -> None:
    """A lost bus is tried every 40 ticks; a self-test on what was read before it judged the watchdog of then."""
    bench = TickBench().to("HOLD")
    bench.board.e_stop, bench.board.latch_set = True, False
    bench.board.fail.update(SILENT)
    bench.run(1.0)
    assert bench.state == "FAULT"
    bench.board.e_stop = False
    bench.board.fail.clear()
    for _ in range(after_ticks):
        bench.step()
    reads = bench.board.calls.count(("read_inputs", None))
    assert isinstance(bench.ask(Acknowledge()), Accepted)
    bench.run(0.1)
    assert bench.board.calls.count(("read_inputs", None)) - reads >= 19
    bench.run(30.0, "IDLE")


def test_chips_that_are_still_silent_after_an_acknowledgement_are_told() -> None:
    bench = TickBench().to("HOLD")
    bench.board.e_stop = True
    bench.run(0.5)
    bench.board.e_stop = False
    bench.board.fail["open_chips"] = SensingError("E206", "no power")
    bench.ask(Acknowledge())
    assert bench.state == "FAULT"
    assert bench.daemon.session.codes == ["E206"]
    assert bench.is_off


@pytest.mark.parametrize(("pushed", "code"), [(True, "E401"), (False, "E311")])
def test_chips_that_are_silent_when_the_program_starts_are_a_fault_that_is_told(pushed: bool, code: str) -> None:
    """A program that ended with an error instead would be started again and again, and tell no screen why."""
    bench = TickBench()
    bench.board.e_stop = pushed
    bench.board.fail = {"open_chips": OutputError("E311", "no power"), **SILENT}
    bench.daemon.start()
    bench.run(5.0)
    assert bench.state == "FAULT"
    assert bench.daemon.session.codes[0] == code
    assert bench.clients.statuses
    bench.board.e_stop = False
    bench.board.fail.clear()
    bench.run(0.5)
    bench.ask(Acknowledge(), "kiosk" if pushed else "technician")
    bench.run(30.0, "IDLE")


def test_pins_that_cannot_be_read_do_not_hide_the_reason() -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail = {"read_return_counts": SILENT["read_return_counts"], "read_inputs": OSError("pins gone")}
    bench.run(0.1)
    assert bench.daemon.session.codes[0] == "E206"
    assert bench.is_off


@pytest.mark.parametrize(("after_s", "accepted"), [(0.0, True), (0.05, True), (0.5, False), (60.0, False)])
def test_pushed_afterwards_it_releases_no_fault_that_was_there_before(after_s: float, accepted: bool) -> None:
    """K1's read-back is wrong. Whoever then pushes the switch must not make it a matter for the kiosk."""
    bench = TickBench().to("HOLD")
    read = bench.board.read_inputs
    bench.board.read_inputs = lambda: read()._replace(relay_open=True)  # type: ignore[method-assign]
    while bench.state != "FAULT":
        bench.step()
    bench.board.read_inputs = read  # type: ignore[method-assign]
    bench.run(after_s)
    bench.board.e_stop = True
    bench.board.fail.update(SILENT)
    bench.run(0.04)
    assert bench.daemon.session.codes == ["E402", "E401"]
    bench.board.e_stop = False
    bench.board.fail.clear()
    bench.run(1.0)
    answer = bench.ask(Acknowledge())
    assert isinstance(answer, Accepted) is accepted
    if not accepted:
        assert bench.state == "FAULT"
        assert isinstance(bench.ask(Acknowledge(), "technician"), Accepted)


def test_the_next_fault_is_judged_by_itself() -> None:
    bench = TickBench().to("HOLD")
    bench.board.e_stop = True
    bench.run(0.2)
    bench.board.e_stop = False
    bench.run(0.5)
    bench.ask(Acknowledge())
    bench.run(30.0, "IDLE")
    bench.board.latch_set = False
    bench.run(0.2)
    assert bench.daemon.session.codes[0] == "E404"
    assert isinstance(bench.ask(Acknowledge()), Refused)
