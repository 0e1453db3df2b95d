"""What is wrong at the start is one sentence with a code, and no current flows: exit status 2, or a FAULT."""

import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from e2e_rig import ionto
from msgspec.structs import replace

from appliance.cli.demo.stage import START_S
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.hal.calibration import Calibration
from appliance.proof.kills.peer import Peer
from appliance.proof.programs import Programs
from appliance.sim.felt_log import FILE_NAME, Sample, read_felt
from appliance.sim.remote import BenchControl
from appliance.sim.wire import control_path

pytestmark = pytest.mark.realtime
BOARD = load_board()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Path]:
    """A bench of its own; the socket."""
    socket = tmp_path / "bench.sock"
    with Programs(tmp_path) as programs:
        programs.start("bench", "--socket", socket)
        programs.wait_for(control_path(socket), START_S)
        yield socket


def refused(*words: str | Path) -> str:
    """The one sentence of a program that refuses."""
    done = ionto(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    *before, last = done.stderr.splitlines()
    assert last.startswith("ionto: E")
    assert not [line for line in before if not line.startswith(("ionto bench: ", "ionto control: "))]
    return last.removeprefix("ionto: ")


def board_with(tmp_path: Path, old: str, new: str) -> Path:
    """The board's file with one line changed."""
    text = DEFAULT_BOARD_FILE.read_text()
    assert old in text
    changed = tmp_path / "board.toml"
    changed.write_text(text.replace(old, new))
    tomllib.loads(changed.read_text())
    return changed


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[timer]", "[timer]\ntrip_hours = 3", "trip_hours"),
        ("rail_v = 48.0", "rail_v = 60.0", "48"),
        ("volts = 48.0", "volts = 55.0", "48"),
        ("probe_volts = 5.0", "probe_volts = 9.0", "5"),
    ],
)
def test_a_board_file_with_an_unknown_key_or_a_looser_limit(
    tmp_path: Path, bench: Path, old: str, new: str, says: str
) -> None:
    board = board_with(tmp_path, old, new)
    words = ("--bench", bench, "--socket", tmp_path / "c", "--state-dir", tmp_path / "s", "--board", board)
    said = refused("control", *words)
    assert said.startswith(("E501 ", "E502 "))
    assert says in said
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('[[at]]\nt_s = 1\ndo = "hands_out"\nover_s = -3\n', ":4: "),
        ('[[at]]\nt_s = 1\ndo = "fly"\n', ":3: "),
        ("[patient]\nseed = 1.5\n", ":2: "),
        ('[[at]]\nstate = "HOLDING"\ndo = "hands_in"\n', ":2: "),
    ],
)
def test_a_bench_script_with_an_impossible_value_names_the_line(tmp_path: Path, script: str, says: str) -> None:
    (tmp_path / "script.toml").write_text(script)
    said = refused("bench", "--socket", tmp_path / "b", "--script", tmp_path / "script.toml")
    assert said.startswith("E504 ")
    assert says in said


def test_a_bench_that_is_not_there(tmp_path: Path) -> None:
    words = ("--bench", tmp_path / "b", "--socket", tmp_path / "c", "--state-dir", tmp_path / "s")
    assert refused("control", *words).startswith("E508 ")
    assert not (tmp_path / "c").exists()


def test_a_real_device_without_its_i2c_bus(tmp_path: Path) -> None:
    found = replace(Calibration.identity(BOARD), wall_date=datetime.now(UTC).date())
    found.save(tmp_path / "calibration.json", BOARD)
    (tmp_path / "roles.toml").write_text('[roles.user]\n"0" = ["kiosk"]\n')
    board = board_with(tmp_path, f"bus = {BOARD.i2c.bus}\n", "bus = 97\n")
    said = refused(
        *("control", "--socket", tmp_path / "c", "--state-dir", tmp_path / "s", "--board", board),
        *("--calibration", tmp_path / "calibration.json", "--roles", tmp_path / "roles.toml"),
    )
    assert said.startswith("E505 ")
    assert "/dev/i2c-97" in said
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("address", "code"),
    [(BOARD.adc.return_.address, "E206"), (BOARD.dac.set.address, "E311")],
    ids=["return ADC", "current DAC"],
)
def test_a_chip_that_does_not_answer_is_a_fault_that_every_screen_is_told(
    tmp_path: Path, bench: Path, address: int, code: str
) -> None:
    """Not an end of the program: systemd would start it again and again, and no screen could say why."""
    socket = tmp_path / "c"
    with Programs(tmp_path) as programs, closing(BenchControl(bench)) as body:
        body.act("hands_in")
        body.act("i2c_nack", address=address)
        programs.start("control", "--bench", bench, "--socket", socket, "--state-dir", tmp_path / "s")
        programs.wait_for(socket, START_S)
        with Peer(socket, "kiosk", renews=True) as kiosk:
            kiosk.wait("FAULT")
            assert kiosk.status is not None
            assert kiosk.status.reason == code
        assert body.felt().current_ma == 0.0
    said = (tmp_path / "control.log").read_text()
    assert f"CUT: {code}: " in said
    assert f"{address:#04x}" in said
    entries = read_felt(tmp_path / FILE_NAME)
    assert max((entry.peak_ma for entry in entries if isinstance(entry, Sample)), default=0.0) == 0.0
