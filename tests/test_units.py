"""The units start real commands, refer to what exists, and systemd itself finds nothing to say about them."""

import argparse
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from appliance.cli.control_cmd import ALIVE_EVERY
from appliance.cli.main import COMMANDS
from appliance.control.core import TICK_NS
from appliance.units import NS_PER_S

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNITS = sorted([*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.target")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
REFERENCES = ("After", "Before", "Wants", "Requires", "PartOf", "Conflicts", "WantedBy")
HOST_UNITS = {"getty@tty1.service", "multi-user.target"}


def read(unit: Path) -> dict[str, str]:
    """Keys of all sections, as systemd reads them: what stands twice adds up, a line goes on after a backslash."""
    values: dict[str, str] = {}
    text = re.sub(r"\\\n\s*", " ", unit.read_text())
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        values[key] = f"{values[key]} {value}" if key in values else value
    return values


def ids(unit: Path) -> str:
    return unit.name


def parse(command: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module = import_module(f"appliance.cli.{COMMANDS[command[1]].module}")
    module.add_arguments(parser)
    return parser.parse_args(command[2:])


def test_four_programs_each_have_their_unit() -> None:
    assert {unit.stem for unit in SERVICES} == {"ionto-bench", "ionto-control", "ionto-kiosk", "ionto-recorder"}


@pytest.mark.parametrize("unit", SERVICES, ids=ids)
def test_the_command_of_a_unit_is_one_that_ionto_accepts(unit: Path) -> None:
    command = shlex.split(read(unit)["ExecStart"])
    assert command[0] == "/opt/ionto/bin/ionto"
    assert unit.stem == f"ionto-{command[1]}"
    parse(command)


@pytest.mark.parametrize("unit", UNITS, ids=ids)
def test_every_unit_that_is_referred_to_exists(unit: Path) -> None:
    ours = {other.name for other in UNITS}
    values = read(unit)
    named = {name for key in REFERENCES for name in values.get(key, "").split()}
    assert named <= ours | HOST_UNITS


def test_the_bench_is_never_started_with_the_appliance() -> None:
    for unit in UNITS:
        if unit.stem != "ionto-bench":
            assert "bench" not in unit.read_text()
    assert "[Install]" not in (SYSTEMD / "ionto-bench.service").read_text()


def test_only_the_daemon_has_real_time_priority_and_the_hardware() -> None:
    for unit in SERVICES:
        service = read(unit)
        assert ("CPUSchedulingPolicy" in service) == (unit.stem == "ionto-control")
        groups = set(service.get("SupplementaryGroups", "").split())
        assert (groups >= {"i2c", "gpio"}) == (unit.stem == "ionto-control")


def test_the_daemon_stops_first_so_that_its_end_is_recorded_and_shown() -> None:
    """systemd stops in the reverse of the order in which it starts."""
    control = read(SYSTEMD / "ionto-control.service")
    assert set(control["After"].split()) == {"ionto-recorder.service", "ionto-kiosk.service"}
    for other in ("ionto-recorder.service", "ionto-kiosk.service"):
        assert "ionto-control" not in read(SYSTEMD / other).get("After", "")


def test_a_daemon_that_hangs_is_started_again_and_none_is_given_up() -> None:
    control = read(SYSTEMD / "ionto-control.service")
    assert control["Type"] == "notify"
    assert control["WatchdogSec"] == "2s"
    assert 4 * ALIVE_EVERY * TICK_NS <= 2 * NS_PER_S
    for name in ("ionto-control", "ionto-recorder", "ionto-kiosk"):
        service = read(SYSTEMD / f"{name}.service")
        assert service["StartLimitIntervalSec"] == "0"
        assert service["Restart"] in {"on-failure", "always"}


def test_users_and_directories_of_the_units_are_declared() -> None:
    users = set(re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.d" / "ionto.conf").read_text(), re.MULTILINE))
    made = set(re.findall(r"^d (\S+)", (SYSTEMD / "tmpfiles.d" / "ionto.conf").read_text(), re.MULTILINE))
    for unit in SERVICES:
        service = read(unit)
        assert service["User"] in users
        directory = service["WorkingDirectory"]
        assert directory in made or directory == f"/run/{service.get('RuntimeDirectory')}"
        for word in shlex.split(service["ExecStart"]):
            if word.startswith(("/run/", "/var/")):
                assert word in made or str(Path(word).parent) in made


@pytest.mark.parametrize(("name", "option"), [("ionto-control", "socket"), ("ionto-recorder", "serve")])
def test_nobody_else_can_serve_in_a_programs_place(name: str, option: str) -> None:
    """A socket's name is whoever's binds it first: its directory is the program's own, and others only look."""
    service = read(SYSTEMD / f"{name}.service")
    served = getattr(parse(shlex.split(service["ExecStart"])), option)
    made = (SYSTEMD / "tmpfiles.d" / "ionto.conf").read_text()
    found = re.search(rf"^d {served.parent}\s+(\d+) (\S+)\s+(\S+) -$", made, re.MULTILINE)
    assert found is not None
    assert found.groups() == ("0750", service["User"], "ionto")


def verify(root: Path, units: Path) -> str:
    """What `systemd-analyze verify` says of our units in a scratch root with the host's targets and slices."""
    tool = shutil.which("systemd-analyze")
    assert tool is not None, "systemd-analyze is missing: make setup installs it"
    there = root / "usr/lib/systemd/system"
    shutil.copytree(units, there)
    for host in ("/usr/lib/systemd/system", "/lib/systemd/system"):
        for unit in [*Path(host).glob("*.target"), *Path(host).glob("*.slice")]:
            shutil.copy(unit, there / unit.name)
    binary = root / "opt/ionto/bin/ionto"
    binary.parent.mkdir(parents=True)
    binary.touch(0o755)
    command = [tool, "verify", "--man=no", f"--root={root}", *(unit.name for unit in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_systemd_itself_finds_nothing_to_say(tmp_path: Path) -> None:
    """A typo is only a warning with status 0, so any output fails."""
    assert verify(tmp_path / "root", SYSTEMD) == ""


def test_systemd_would_have_found_a_typo(tmp_path: Path) -> None:
    shutil.copytree(SYSTEMD, tmp_path / "units")
    control = tmp_path / "units" / "ionto-control.service"
    control.write_text(control.read_text().replace("CPUSchedulingPolicy", "CPUSchedulingPolice"))
    assert "CPUSchedulingPolice" in verify(tmp_path / "root", tmp_path / "units")
