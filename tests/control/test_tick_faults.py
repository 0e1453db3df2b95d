"""Whatever fails in a tick: zero, open, FAULT, no kick, and the daemon goes on."""

import itertools

import pytest

from appliance.control.talk import Request
from appliance.errors import OutputError, SensingError
from appliance.link.messages import Acknowledge, Adjust, Plan, Stop
from appliance.proof.stories.bench import TickBench

BOARD_CALLS = [
    ("read_return_counts", SensingError("E206", "no answer")),
    ("read_return_counts", RuntimeError("a bug")),
    ("read_return_config", SensingError("E206", "no answer")),
    ("collect_monitor_counts", SensingError("E206", "no answer")),
    ("start_monitor", SensingError("E206", "no answer")),
    ("read_inputs", OSError("pins gone")),
    ("kick", OSError("pin gone")),
    ("kick", RuntimeError("of a library")),
]
TALK_CALLS = ["poll", "status", "event", "reply"]


def check_cut(bench: TickBench, code: str) -> None:
    """In FAULT with this code, off, and never kicked again."""
    assert bench.state == "FAULT"
    assert code in bench.daemon.session.codes
    assert not bench.board.enabled
    kicks = bench.board.kicks
    bench.run(0.3)
    assert bench.board.kicks == kicks
    assert bench.board.output_ma == 0.0
    assert bench.state == "FAULT"


def no_faults(bench: TickBench) -> None:
    bench.board.fail.clear()
    bench.clients.fail.clear()


@pytest.mark.parametrize("state", ["IDLE", "CONTACT", "HOLD"])
@pytest.mark.parametrize(("name", "error"), BOARD_CALLS, ids=str)
def test_a_board_that_fails_is_cut_within_its_next_use(name: str, error: Exception, state: str) -> None:
    bench = TickBench().to(state)
    bench.board.fail[name] = error
    bench.run(0.05)
    check_cut(bench, getattr(error, "code", "E410"))


def test_an_output_chip_that_fails_under_current_is_cut_by_pin() -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail["write_set_code"] = OutputError("E311", "no answer")
    bench.run(0.02)
    assert ("safe", None) in bench.board.calls
    check_cut(bench, "E311")


@pytest.mark.parametrize("name", TALK_CALLS)
def test_a_client_that_breaks_the_talk_is_cut_not_a_dead_daemon(name: str) -> None:
    bench = TickBench().to("HOLD")
    bench.clients.fail[name] = RuntimeError("a bug of the server")
    bench.clients.inbox.append(Request(1, "kiosk", Adjust(-1)))  # makes an event and an answer
    bench.run(0.15)
    check_cut(bench, "E410")


@pytest.mark.parametrize("part", ["monitor", "session", "commands", "order", "gate", "journal", "after_step"])
def test_a_bug_in_any_part_of_the_tick_is_cut(part: str) -> None:
    bench = TickBench().to("HOLD")
    daemon = bench.daemon

    def bug(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a bug")

    class Broken:
        check = staticmethod(bug)

    if part == "monitor":
        daemon.monitors = (*daemon.monitors[:-1], Broken())  # type: ignore[assignment]
    elif part == "session":
        daemon.session.step = bug  # type: ignore[method-assign]
    elif part == "commands":
        daemon.commands.blocked = bug  # type: ignore[method-assign, assignment]
    elif part == "order":
        daemon.run_now.order = bug  # type: ignore[method-assign, assignment]
    elif part == "gate":
        daemon.gate.act = bug  # type: ignore[method-assign]
    elif part == "journal":
        daemon.journal.record = bug  # type: ignore[method-assign]
    else:
        daemon.commands.after_step = bug  # type: ignore[method-assign]
    bench.step()
    assert bench.state == "FAULT"
    assert not bench.board.enabled
    check_cut(bench, "E410")


def test_a_clients_mistake_is_a_refusal_not_a_cut() -> None:
    bench = TickBench().to("HOLD")
    for _ in range(20):
        bench.ask(Adjust(1))
    bench.ask(Acknowledge())
    assert bench.state == "HOLD"


def test_a_bus_that_comes_back_is_used_again_but_nothing_flows_by_itself() -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail["read_return_counts"] = SensingError("E206", "no answer")
    bench.run(1.0)
    assert bench.state == "FAULT"
    status = bench.clients.statuses[-1]
    assert (status.return_ma, status.source_ma, status.no_current) == (None, None, False)
    no_faults(bench)
    bench.run(1.0)
    assert bench.state == "FAULT"
    assert bench.clients.statuses[-1].no_current
    assert (bench.board.set_code, bench.board.compliance_code) == (0, 0)


def test_an_exception_leaves_its_reason_in_the_record() -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail["read_return_counts"] = SensingError("E206", "no answer")
    bench.run(0.1)
    assert bench.kinds("fault")[-1].detail["codes"] == "E206"
    assert bench.kinds("end")[-1].detail["outcome"] == "fault"


# ------------------------------------------------------------ hardware that misbehaves


def output_stuck_high(bench: TickBench) -> None:
    bench.board.set_code = 2800
    bench.board.write_set_code = lambda code: None  # type: ignore[method-assign, assignment]


def one_sensor_reads_low(bench: TickBench) -> None:
    bench.board.source_gain = 0.93


def configuration_lost(bench: TickBench) -> None:
    bench.board.config = 0x8583


def latch_trips(bench: TickBench) -> None:
    bench.board.latch_set = False


def red_switch(bench: TickBench) -> None:
    bench.board.e_stop = True


def hand_leaves(bench: TickBench) -> None:
    bench.board.patient_ohm = None


@pytest.mark.parametrize(
    ("spoil", "code", "within_s"),
    [
        (output_stuck_high, "E302", 0.020),
        (one_sensor_reads_low, "E203", 0.060),
        (configuration_lost, "E205", 0.025),
        (latch_trips, "E404", 0.010),
        (red_switch, "E401", 0.010),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_fault_is_cut_within_its_budget(spoil, code: str, within_s: float) -> None:  # type: ignore[no-untyped-def]
    bench = TickBench().to("HOLD")
    began_ns = bench.clock.t_ns
    spoil(bench)
    bench.run(1.0, lambda: not bench.board.enabled)
    assert (bench.clock.t_ns - began_ns) / 1e9 <= within_s
    assert code in bench.daemon.session.codes
    check_cut(bench, code)


def test_a_hand_pulled_out_opens_the_output_within_50_ms() -> None:
    for ticks in range(8):
        bench = TickBench().to("HOLD")
        bench.run(0.005 * ticks)
        began_ns = bench.clock.t_ns
        hand_leaves(bench)
        bench.run(1.0, lambda bench=bench: not bench.board.enabled)  # type: ignore[misc]
        assert (bench.clock.t_ns - began_ns) / 1e9 <= 0.050
        assert bench.state == "PAUSED"
        assert (bench.board.set_code, bench.board.compliance_code) == (0, 0)


def test_the_least_current_of_a_plan_is_watched_for_an_open_loop_too() -> None:
    """1 mA is code 136.5: the DAC gives a little less, and trim may lower it by 3 %."""
    bench = TickBench()
    bench.run(30.0, "IDLE")
    bench.refill_trays()
    bench.start(Plan("hands", 1.0, 1.0, 120.0))
    bench.run(0.1)
    bench.press()
    bench.run(60.0, "HOLD")
    bench.board.return_gain = bench.board.source_gain = 1.05
    bench.run(3.0)
    bench.board.patient_ohm = None
    bench.run(0.05)
    assert bench.is_off
    assert bench.state == "PAUSED"


def test_a_tick_10_ms_late_under_current_is_cut() -> None:
    bench = TickBench().to("HOLD")
    bench.clock.t_ns += 16_000_000
    bench.run(0.02)
    check_cut(bench, "E408")


def test_a_missed_tick_is_skipped_never_made_up() -> None:
    bench = TickBench().to("IDLE")
    ticks, began_ns = bench.daemon.tick_count, bench.clock.t_ns
    bench.clock.t_ns += 53_000_000
    bench.run(0.1)
    passed = (bench.clock.t_ns - began_ns) / 5e6
    assert bench.daemon.tick_count - ticks <= passed - 8
    assert bench.daemon.late_count >= 1


def test_two_edges_of_the_watchdog_are_never_closer_than_it_tolerates() -> None:
    bench = TickBench().to("IDLE")
    edges = []
    kick = bench.board.kick

    def noted() -> None:
        edges.append(bench.clock.t_ns)
        kick()

    bench.board.kick = noted  # type: ignore[method-assign]
    for jump_ns in (0, 3_000_000, 7_000_000, 9_900_000, 0, 4_000_000):
        bench.clock.t_ns += jump_ns
        bench.run(0.03)
    assert min(b - a for a, b in itertools.pairwise(edges)) >= 2_500_000


def test_the_daemon_ends_at_zero_and_open() -> None:
    bench = TickBench().to("HOLD")
    bench.daemon.close()
    assert (bench.board.enabled, bench.board.set_code, bench.board.compliance_code) == (False, 0, 0)


@pytest.mark.parametrize("error", [OutputError("E311", "no answer"), MemoryError()])
def test_a_daemon_that_cannot_write_zero_at_its_end_opens_by_pin(error: Exception) -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail["enable"] = error
    bench.daemon.close()
    assert not bench.board.enabled


def test_stop_while_a_chip_does_not_answer_never_leaves_current_on() -> None:
    bench = TickBench().to("HOLD")
    bench.board.fail["write_set_code"] = OutputError("E311", "no answer")
    bench.ask(Stop())
    bench.run(0.05)
    assert bench.is_off
