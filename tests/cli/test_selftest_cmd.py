"""`ionto selftest`: each fault of the board by its code, what to do about it, and a status that scripts can use."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from technician_bench import live_bench, said

from appliance.cli.selftest_cmd import Report, self_test, show
from appliance.cli.technician import Ending, Hardware
from appliance.config import load_board
from appliance.errors import CATALOGUE
from appliance.hal.board import bench_board
from appliance.hal.calibration import Calibration, Day
from appliance.service.calibrate import Calibrator, InstantMeter
from appliance.sim.bench import Bench
from appliance.sim.remote import RemoteBench

NUMBERS = load_board()
ADC, DAC = NUMBERS.adc.return_.address, NUMBERS.dac.set.address


def virtual_bench(seed: int = 1) -> Bench:
    return Bench(NUMBERS, phenotype="typical_palm", seed=seed)


def report_of(bench: Bench, calibration: Calibration | None = None) -> Report:
    board = bench_board(NUMBERS, bench.i2c, bench.pins, bench.clock)
    nominal = Calibration.identity(NUMBERS, simulated=True)
    return self_test(Hardware(board, bench.clock), NUMBERS, calibration or nominal, Ending())


def calibration_of(bench: Bench) -> Calibration:
    """As a technician would, with a perfect meter."""
    board = bench_board(NUMBERS, bench.i2c, bench.pins, bench.clock)
    meter = InstantMeter(bench.meter_ma)
    return Calibrator(board, NUMBERS, bench.clock, meter, lambda _: None).run(Day(date(2026, 1, 1), True)).calibration


def dac_offset(bench: Bench) -> None:
    """0.75 %, the worst that a DAC may have by its data sheet."""
    bench.parts.set_dac.offset_v = 0.0075 * NUMBERS.dac.set.vref_v


def acts(name: str, **params: int) -> Callable[[Bench], None]:
    return lambda bench: bench.act(name, **params)


def in_the_middle(name: str, after_s: float, **params: int) -> Callable[[Bench], None]:
    """Something that happens on the way: the bench's clock brings it."""

    def prepare(bench: Bench) -> None:
        sleep = type(bench.clock).sleep_until_ns
        waiting = [bench.now_ns + round(after_s * 1e9)]

        class Clock(type(bench.clock)):  # type: ignore[misc]
            def sleep_until_ns(self, t_mono_ns: int) -> None:
                sleep(self, t_mono_ns)
                if waiting and t_mono_ns >= waiting[0]:
                    waiting.clear()
                    bench.act(name, **params)

        bench.clock = Clock(bench)

    return prepare


def test_a_healthy_board_passes_every_check() -> None:
    report = report_of(virtual_bench())
    assert (report.passed, report.code, report.to_do) == (True, None, None)
    assert len(report.checks) > 20
    assert all(check.passed and check.found for check in report.checks)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (acts("relay_weld"), "E320"),
        (acts("watchdog_dead"), "E321"),
        (acts("wdo_dead"), "E321"),
        (acts("pump_stuck"), "E321"),
        (acts("high_side_short"), "E331"),
        (acts("limiter_short"), "E332"),
        (acts("set_tap_open"), "E333"),
        (acts("vref_drift"), "E333"),
        (acts("latch_dead"), "E326"),  # comparator A is the first whose trip does not arrive
        (acts("polarity_weld"), "E328"),
        (dac_offset, "E329"),
        (acts("sense_short"), "E330"),
        (acts("dac_stuck", code=0), "E330"),
        (acts("dac_midscale"), "E312"),
        (acts("i2c_nack", address=ADC), "E206"),
        (acts("i2c_nack", address=DAC), "E311"),
        (acts("i2c_hang"), "E311"),
        (acts("estop"), "E401"),
        (in_the_middle("i2c_nack", 1.0, address=ADC), "E206"),
        (in_the_middle("i2c_hang", 1.5), "E206"),
    ],
)
def test_a_faulty_board_fails_with_its_code_and_is_left_at_zero(
    fault: Callable[[Bench], None], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = virtual_bench()
    bench.act("hands_in")
    fault(bench)
    report = report_of(bench)
    assert (report.passed, report.code, report.to_do) == (False, code, CATALOGUE[code].technician)
    assert [check.code for check in report.checks if not check.passed] == [code]
    assert bench.felt.charge_mc == 0.0
    assert bench.meter_ma() < 0.001
    show(report)
    text = capsys.readouterr().out
    assert f"FAILED {code}" in text
    assert f"SIMULATED board: {code}" in text
    assert "What to do: " in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("calibrated", [False, True])
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_good_board_passes_whatever_its_tolerances(seed: int, calibrated: bool) -> None:
    bench = virtual_bench(seed)
    report = report_of(bench, calibration_of(bench) if calibrated else None)
    assert report.passed, report.checks[-1]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("wdo_dead", "E321"),
        ("pump_stuck", "E321"),
        ("high_side_short", "E331"),
        ("limiter_short", "E332"),
        ("set_tap_open", "E333"),
    ],
)
@pytest.mark.parametrize("seed", range(2, 7))
def test_a_dead_part_is_found_whatever_the_tolerances_of_the_others(seed: int, part: str, code: str) -> None:
    bench = virtual_bench(seed)
    bench.act(part)
    assert report_of(bench).code == code


@pytest.mark.parametrize("share", [0.05, 0.03, -0.05])
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_reference_that_moved_since_the_calibration_is_found(seed: int, share: float) -> None:
    bench = virtual_bench(seed)
    calibration = calibration_of(bench)
    bench.act("vref_drift", share=share)
    assert report_of(bench, calibration).code in {"E323", "E324", "E333"}


def test_volts_without_enable_reach_nobody_even_with_a_welded_relay_and_hands_in_the_water() -> None:
    bench = virtual_bench()
    bench.act("hands_in")
    for part in ("high_side_short", "relay_weld"):
        bench.act(part)
    bench.relays.mirror_stuck = True  # it lies, too: the test goes on as far as it ever could
    assert report_of(bench).code == "E331"
    assert bench.felt.peak_ma < 0.1


def test_a_dead_latch_on_a_board_whose_limiter_comes_late_is_found_at_full_scale() -> None:
    bench = virtual_bench(seed=5)  # of its parts the limiter is above both trips
    bench.act("latch_dead")
    assert report_of(bench).code == "E325"


def test_the_whole_report_fits_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report = report_of(virtual_bench())
    show(report)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == len(report.checks) + 3  # header, empty line, result: one line a check


@pytest.mark.parametrize(("late_ticks", "ticks"), [(1, "1 tick"), (12, "12 ticks")])
def test_a_failure_of_a_late_program_is_doubted_and_only_that(
    late_ticks: int, ticks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = virtual_bench()
    bench.act("watchdog_dead")
    failed = report_of(bench)
    doubt = f"This program was late in {ticks}: a busy machine, not the board, may be the cause. Run it again."
    show(failed._replace(late_ticks=late_ticks))
    text = capsys.readouterr().out
    assert doubt in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    show(failed)
    show(report_of(virtual_bench())._replace(late_ticks=late_ticks))
    assert "Run it again" not in capsys.readouterr().out


@pytest.mark.realtime
def test_on_a_real_bench_it_passes_then_fails_and_a_script_can_tell(tmp_path: Path) -> None:
    with live_bench(tmp_path) as bench:
        good = bench.ionto("selftest")
        assert good.returncode == 0, said(good)
        assert good.stderr.startswith("SIMULATED board at ")
        assert "SIMULATED board: all" in good.stdout

        bench.control.act("watchdog_dead")
        bad = bench.ionto("selftest", "--json")
        assert bad.returncode == 1, said(bad)
        report = json.loads(bad.stdout)
        assert next(iter(report)) == "simulated"
        assert (report["simulated"], report["passed"], report["code"]) == (True, False, "E321"), said(bad)
        assert report["checks"][-1]["passed"] is False
        assert bench.control.meter_ma() == 0.0


@pytest.mark.realtime
def test_it_is_refused_while_a_daemon_has_the_board(tmp_path: Path) -> None:
    with live_bench(tmp_path) as bench:
        daemon = RemoteBench.connect(bench.socket)
        refused = bench.ionto("selftest")
        daemon.close()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[-1].startswith("ionto: E508 the bench at ")
    assert "another daemon" in refused.stderr


@pytest.mark.realtime
def test_without_a_bench_it_says_what_is_missing(tmp_path: Path) -> None:
    with live_bench(tmp_path) as bench:
        pass
    refused = bench.ionto("selftest")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("ionto: E508 no bench at ")
