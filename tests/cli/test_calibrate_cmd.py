"""`ionto calibrate` on a real bench: a result to read, a file the daemon takes, and nothing lost when it is refused."""

import json
import signal
import subprocess
from datetime import date
from pathlib import Path

import msgspec
import pytest
from technician_bench import PROGRAM, live_bench, said

from appliance.cli.calibrate_cmd import show
from appliance.config import load_board
from appliance.hal.calibration import Calibration, load_calibration
from appliance.service.calibrate import Errors, Outcome, Row
from appliance.sim.remote import RemoteBench

NUMBERS = load_board()
IDENTITY = Calibration.identity(NUMBERS, simulated=True)


@pytest.mark.realtime
def test_it_calibrates_a_live_bench_and_the_self_test_is_better_for_it(tmp_path: Path) -> None:
    out = tmp_path / "new" / "calibration.json"
    with live_bench(tmp_path) as bench:
        done = bench.ionto("calibrate", "--out", out)
        assert done.returncode == 0, said(done)
        again = bench.ionto("calibrate", "--out", out, "--json")
        assert again.returncode == 0, said(again)
        tested = bench.ionto("selftest", "--calibration", out)
        assert tested.returncode == 0, said(tested)
        assert bench.control.meter_ma() == 0.0
    assert done.stderr.startswith("SIMULATED board at ")
    assert "25 mA through the dummy load" in done.stderr
    assert "nominal factors -> now" in done.stdout
    assert "(of a SIMULATED board)" in done.stdout.replace("\n", " ")
    found = json.loads(again.stdout)
    assert (found["simulated"], found["saved"]) == (True, str(out))
    assert found["before"].startswith("calibration of ")
    for point in found["points"]:
        for error_ma in point["after"].values():
            assert error_ma is None or abs(error_ma) <= 0.0025 * point["true_ma"] + 0.006
    saved = load_calibration(out, NUMBERS, simulated=True)
    assert saved == msgspec.convert(found["calibration"], Calibration)


@pytest.mark.realtime
def test_a_refusal_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "calibration.json"
    out.write_text("as it was")
    with live_bench(tmp_path) as bench:
        bench.control.act("sense_short")
        refused = bench.ionto("calibrate", "--out", out)
        assert bench.control.meter_ma() == 0.0
        daemon = RemoteBench.connect(bench.socket)
        busy = bench.ionto("calibrate", "--out", out)
        daemon.close()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[-1].startswith("ionto: E511 the calibration is refused: 2 mA were set")
    assert busy.returncode == 2
    assert "ionto: E508" in busy.stderr
    assert "another daemon" in busy.stderr
    assert out.read_text() == "as it was"


@pytest.mark.realtime
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_interrupted_at_25_ma_it_ends_at_zero(tmp_path: Path, number: signal.Signals, status: int) -> None:
    out = tmp_path / "calibration.json"
    with live_bench(tmp_path) as bench:
        command = [*PROGRAM, "calibrate", "--bench", bench.socket, "--out", out]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
            assert running.stderr is not None
            line = next(line for line in running.stderr if "25 mA" in line)
            running.send_signal(number)
            assert "the output goes to zero" in running.stderr.read()
            assert running.wait(30) == status, line
        assert bench.control.meter_ma() == 0.0
        assert bench.control.felt().charge_mc == 0.0
    assert not out.exists()


def test_a_simulated_calibration_never_replaces_a_real_one(tmp_path: Path) -> None:
    out = tmp_path / "calibration.json"
    real = msgspec.structs.replace(IDENTITY, simulated=False, wall_date=date(2026, 5, 1))
    real.save(out, NUMBERS)
    before = out.read_bytes()
    command = [*PROGRAM, "calibrate", "--bench", tmp_path / "nowhere.sock", "--out", out]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("ionto: E512 ")
    assert out.read_bytes() == before


def test_a_result_that_could_not_be_saved_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path, tmp_path / "file" / "calibration.json"):
        command = [*PROGRAM, "calibrate", "--bench", tmp_path / "nowhere.sock", "--out", out]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode == 2
        assert refused.stderr.startswith("ionto: E503 ")
        assert refused.stderr.count("\n") == 1


def test_the_result_fits_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    worst = Errors(-0.999, -0.999, -0.999)
    rows = (Row(25.0, 25.999, True, worst, worst), Row(10.0, 10.1, False, worst, Errors(-0.0001, None, 0.0001)))
    show(Outcome(IDENTITY, rows), Path("/var/lib/ionto/calibration.json"), "calibration of 2026-05-01")
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "-0.999 -> -0.999" in text
    assert "-0.999 -> +0.000" in text  # no minus before a zero
