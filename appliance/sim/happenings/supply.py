"""What feeds the board: the adapter, 48 V, 5 V_ISO, the compliance regulator, the fuse."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.parameters import Action, Param, each, for_s
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

SUPERVISOR_V: Final = 4.38  # [B] the class of 5 V supervisors: below it PERMIT is cleared
CHIPS_WAKE_V: Final = 2.0  # [S] ADS1115 and MCP4725 work down to 2.0 and 2.7 V: below this both start anew
SHORT_RISE_S: Final = 1e-6  # 100 nF through a shorted Q1
CLAMP_V: Final = 58.0  # [B] SMAJ51A begins at 56.7 V


def _supply_drop(bench: "Bench", for_s: float) -> None:
    bench.supplied = False
    bench.poles()
    bench.later(ns_from_s(for_s), "supply_back")


def _supply_back(bench: "Bench") -> None:
    bench.supplied = True
    bench.poles()


def _rail(bench: "Bench", volts: float, for_s: float) -> None:
    """The 48 V converter sags or overshoots; 5 V_ISO has its own."""
    _rail_is(bench, volts)
    bench.later(ns_from_s(for_s), "rail_back")


def _rail_is(bench: "Bench", volts: float) -> None:
    bench.sync()
    bench.rail.rail_v = min(volts, CLAMP_V)
    bench.aim()


def _rail_back(bench: "Bench") -> None:
    _rail_is(bench, bench.board.supply.rail_v)
    bench.changed()


def _logic_sag(bench: "Bench", volts: float, for_s: float) -> None:
    """5 V_ISO sags: below 4.38 V the supervisor clears PERMIT, below 2 V every chip forgets what it was told."""
    if volts >= SUPERVISOR_V:
        return
    bench.protection.sagging = True
    if volts < CHIPS_WAKE_V:
        for chip in (bench.return_adc, bench.monitor_adc, bench.set_dac, bench.compliance_dac):
            chip.brown_out()
    bench.later(ns_from_s(for_s), "logic_back")


def _logic_back(bench: "Bench") -> None:
    bench.protection.sagging = False


def _regulator_short(bench: "Bench") -> None:
    """Q1: V_COMP is the rail, whatever DAC2 says."""
    bench.rail.shorted = True
    bench.circuit.rise_s = SHORT_RISE_S
    bench.aim()


def _regulator_open(bench: "Bench") -> None:
    """Q1: V_COMP runs down into what it feeds, and stays there."""
    bench.rail.dead = True
    bench.aim()


def _fuse_blown(bench: "Bench") -> None:
    bench.circuit.fuse_ok = False


ACTIONS: Final[Mapping[str, Action]] = {
    "supply_drop": Action(
        _supply_drop,
        "supply",
        "the supply drops out",
        {"for_s": Param(float, "seconds without", 0.05, 0.0001, 60.0)},
        cases=each("for_s", 0.05, 0.001, 2.0),
    ),
    "rail": Action(
        _rail,
        "supply",
        "the 48 V rail sags or overshoots",
        {"volts": Param(float, "volts", 40.0, 0.0, 80.0), "for_s": for_s(5.0)},
        cases=each("volts", 40.0, 15.0, 56.0),
    ),
    "logic_sag": Action(
        _logic_sag,
        "supply",
        "the board's 5 V sags",
        {"volts": Param(float, "volts", 4.2, 0.0, 5.0), "for_s": for_s(0.02)},
        cases=each("volts", 4.5, 4.2, 1.5),
    ),
    "regulator_short": Action(_regulator_short, "supply", "the compliance regulator's Q1 shorts: 48 V"),
    "regulator_open": Action(_regulator_open, "supply", "the compliance regulator's Q1 opens: no volts"),
    "fuse_blown": Action(_fuse_blown, "supply", "the fuse F2 is blown"),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "supply_back": _supply_back,
    "rail_back": _rail_back,
    "logic_back": _logic_back,
}
