"""The arrows of the architecture: who may import whom, read with `ast` from every file, inside functions too."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "appliance").rglob("*.py"))

COMMON = {"units", "errors", "config"}
ANYTHING = {"*"}
MAY_IMPORT = {
    "": set(),
    "units": set(),
    "errors": set(),
    "config": {"units", "errors"},
    "safety": {"units", "errors"},
    "treatment": {"units", "errors", "safety"},
    "care": {"units", "errors"},
    "hal": COMMON,
    "sim": COMMON | {"hal.ports"},
    "control": COMMON | {"safety", "treatment", "hal", "link"},
    "link": COMMON,
    "records": COMMON | {"care", "link"},
    "kiosk": COMMON | {"link", "records", "care"},
    "service": COMMON | {"link", "records", "care", "hal"},
    "fleet": COMMON | {"records", "link"},
    "proof": COMMON | {"safety", "treatment", "care", "control", "sim", "link", "records", "hal", "service"},
    "cli": ANYTHING,
}
PURE = {"safety", "treatment", "care"}
PURE_MAY = {
    "abc",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "math",
    "operator",
    "types",
}
PURE_MAY |= {"typing"}
HARDWARE = {"adafruit_ads1x15", "adafruit_bus_device", "adafruit_mcp4725", "adafruit_blinka", "microcontroller"}
HARDWARE |= {"board", "busio", "digitalio", "gpiozero", "lgpio", "RPi", "pigpio", "smbus", "smbus2", "spidev"}
BY_NAME = {"import_module", "__import__", "run_module", "run_path", "resolve_name"}
UNKNOWN = "? a name that is only known at run time"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(source: str, module: str) -> Iterator[str]:
    """Every module that `source` imports, anywhere in it, as an absolute dotted name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield f"relative import in {module}"
            elif node.module == "appliance":
                yield from (f"appliance.{alias.name}" for alias in node.names)
            elif node.module is not None:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in BY_NAME:
            yield beginning(node.args[0]) if node.args else UNKNOWN


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def beginning(name: ast.expr) -> str:
    """What is certain of a module's name: all of a string, the constant beginning of an f-string."""
    first = name.values[0] if isinstance(name, ast.JoinedStr) else name
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else UNKNOWN


def violations(source: str, module: str) -> list[str]:
    """One sentence for each import that the architecture forbids."""
    return [f"{module} imports {name}" for name in imports(source, module) if not allowed(name, module)]


def allowed(name: str, module: str) -> bool:
    package, top = package_of(module), name.split(".", maxsplit=1)[0]
    if top.startswith("relative") or name == UNKNOWN:
        return False
    if top == "appliance":
        return allowed_of_ours(name, package)
    if top in HARDWARE or top.startswith("adafruit"):
        return package == "hal"
    if top == "kivy":
        return package == "kiosk"
    return package not in PURE or top in PURE_MAY


def allowed_of_ours(name: str, package: str) -> bool:
    inner = name.removeprefix("appliance.")
    if inner.split(".")[0] == package or inner == "__version__":
        return True
    may = MAY_IMPORT[package]
    return may == ANYTHING or any(inner == known or inner.startswith(f"{known}.") for known in may)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_every_file_follows_the_arrows(path: Path) -> None:
    assert violations(path.read_text(), module_of(path)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("appliance.safety.monitors.area", "import time"),
        ("appliance.safety.hard_limits", "from appliance.config import load_board"),
        ("appliance.treatment.session", "def late():\n    from datetime import datetime"),
        ("appliance.treatment.session", "import random"),
        ("appliance.treatment.session", "from appliance.hal import ports"),
        ("appliance.care.screening", "from pathlib import Path"),
        ("appliance.control.tick", "from appliance.sim.server import serve"),
        ("appliance.control.tick", "import appliance.sim"),
        ("appliance.control.tick", "importlib.import_module('appliance.sim.server')"),
        ("appliance.control.tick", "import_module(f'appliance.sim.{name}')"),
        ("appliance.control.tick", "import_module(name)"),
        ("appliance.control.tick", "runpy.run_module(module)"),
        ("appliance.control.tick", "__import__('appliance.sim')"),
        ("appliance.control.tick", "from appliance import records"),
        ("appliance.control.tick", "from ..sim import server"),
        ("appliance.sim.world", "from appliance.hal.board import Board"),
        ("appliance.sim.world", "import gpiozero"),
        ("appliance.service.check", "from adafruit_ads1x15.ads1115 import ADS1115"),
        ("appliance.link.client", "from appliance.control.tick import Tick"),
        ("appliance.records.recorder", "if TYPE_CHECKING:\n    from kivy.app import App"),
        ("appliance.kiosk.app", "from appliance.control.tick import Tick"),
        ("appliance.errors", "from appliance.config import Board"),
    ],
)
def test_a_forbidden_import_is_caught(module: str, source: str) -> None:
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("appliance.treatment.session", "from appliance.safety import hard_limits"),
        ("appliance.hal.analog", "import adafruit_mcp4725"),
        ("appliance.sim.world", "from appliance.hal.ports import PinPort"),
        ("appliance.sim.world", "from appliance.hal import ports"),
        ("appliance.kiosk.app", "from kivy.app import App"),
        ("appliance.kiosk.screens", "import_module(f'appliance.kiosk.screens.{name}')"),
        ("appliance.cli.bench_cmd", "from appliance.sim.server import serve"),
    ],
)
def test_what_the_design_draws_is_allowed(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_a_new_package_must_be_entered_in_the_table() -> None:
    assert {package_of(module_of(path)) for path in FILES} <= set(MAY_IMPORT)


def test_everything_but_the_screen_imports_on_a_laptop_without_hardware_libraries() -> None:
    """lgpio and Blinka's `board` are missing there; the kiosk's modules need a window."""
    modules = [module for path in FILES if package_of(module := module_of(path)) != "kiosk"]
    script = (
        "import sys, importlib\n"
        "for missing in ('lgpio', 'board', 'RPi', 'kivy'): sys.modules[missing] = None\n"
        f"for module in {modules}: importlib.import_module(module)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
