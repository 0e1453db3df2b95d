"""What a converter says at the end of its range, and what a clock says that jumps, reach nobody as good news."""

import pytest

from appliance.hal.ports import MonitorChannel
from appliance.proof.stories.bench import TickBench

ENDS = [32767, -32768, -1000]


def check_cut(bench: TickBench, code: str) -> None:
    assert bench.state == "FAULT"
    assert code in bench.daemon.session.codes
    assert not bench.board.enabled
    assert bench.board.output_ma == 0.0


@pytest.mark.parametrize("state", ["IDLE", "CONTACT", "RAMP_UP", "HOLD"])
@pytest.mark.parametrize("counts", ENDS)
def test_a_return_current_at_the_end_of_its_range_is_cut_in_the_same_tick(counts: int, state: str) -> None:
    bench = TickBench().to(state)
    bench.board.return_counts = counts
    bench.step()
    check_cut(bench, "E207")


@pytest.mark.parametrize("counts", [26400, 32767, -32768, -1651])
def test_patient_volts_end_below_what_electrodes_can_hold_over_a_reversal(counts: int) -> None:
    bench = TickBench().to("HOLD")
    bench.board.monitor_counts["patient_volts"] = counts
    bench.run(0.06)
    check_cut(bench, "E207")


def test_volts_that_electrodes_hold_over_a_reversal_are_no_fault() -> None:
    bench = TickBench().to("CONTACT")
    bench.board.monitor_counts["patient_volts"] = -1650
    bench.run(0.06)
    assert bench.state == "CONTACT"


@pytest.mark.parametrize("channel", ["source", "compliance_volts", "set_volts"])
@pytest.mark.parametrize("counts", [26400, *ENDS])
def test_every_monitor_channel_at_the_end_of_its_range_is_cut(counts: int, channel: MonitorChannel) -> None:
    bench = TickBench().to("HOLD")
    bench.board.monitor_counts[channel] = counts
    bench.run(0.06)
    check_cut(bench, "E207")


def test_while_a_reading_is_at_its_end_nobody_is_told_that_no_current_flows() -> None:
    bench = TickBench().to("HOLD")
    bench.board.return_counts = -32768
    bench.run(0.3)
    status = bench.clients.statuses[-1]
    assert status.state == "FAULT"
    assert status.return_ma is None
    assert not status.no_current


@pytest.mark.parametrize("state", ["IDLE", "ARMED", "CONTACT", "HOLD"])
@pytest.mark.parametrize("by_s", [-3600.0, -0.001, 0.2, 3600.0])
def test_a_clock_that_jumps_is_cut_in_every_state(state: str, by_s: float) -> None:
    bench = TickBench().to(state)
    bench.daemon.tick(bench.clock.t_ns + round(by_s * 1e9), 0)
    check_cut(bench, "E412")
    assert bench.daemon.session.dose.elapsed_s < 60.0
