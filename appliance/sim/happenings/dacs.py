"""What sets: both DACs, their reference, the divider before the sink, the sink's transistor."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.mcp4725 import FACTORY_CODE, GENERAL_CALL_RESET, GENERAL_CALL_WAKE, Mcp4725
from appliance.sim.parameters import Action, Param, each, over_s
from appliance.sim.wiring import Break
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

_DRIFT_STEPS: Final = 50
_CODE: Final = Param(int, "the code", None, 0, 4095)
_DAC: Final = Param(str, "which of the two", "set", choices=("set", "compliance"))


def _dac(bench: "Bench", dac: str) -> Mcp4725:
    return bench.set_dac if dac == "set" else bench.compliance_dac


def _drive_again(bench: "Bench") -> None:
    """What follows the DACs' outputs changed."""
    bench.set_dac.drive_again()
    bench.compliance_dac.drive_again()


def _dac_stuck(bench: "Bench", code: int) -> None:
    bench.set_dac.stuck_code = code


def _compliance_stuck(bench: "Bench", code: int) -> None:
    bench.compliance_dac.stuck_code = code


def _dac_bit_stuck(bench: "Bench", dac: str, bit: int, high: bool) -> None:
    """A switch of its resistor string: the output lacks a bit, or always has it; the register reads as written."""
    _dac(bench, dac).stick_bit(bit, high)


def _dac_midscale(bench: "Bench") -> None:
    """Never provisioned, and a brown-out: both drive mid-scale at once."""
    for dac in (bench.set_dac, bench.compliance_dac):
        dac.set_eeprom(FACTORY_CODE, 0)
        dac.brown_out()


def _dac_unprovisioned(bench: "Bench") -> None:
    """The EEPROM holds the factory's mid-scale: nothing happens before the next power-up or reset."""
    for dac in (bench.set_dac, bench.compliance_dac):
        dac.set_eeprom(FACTORY_CODE, 0)


def _dac_reset(bench: "Bench", dac: str) -> None:
    """One chip browns out in operation: it wakes at its EEPROM's value."""
    _dac(bench, dac).brown_out()


def _general_call(bench: "Bench", command: str) -> None:
    """Noise makes a general call: every chip on the bus obeys."""
    byte = GENERAL_CALL_RESET if command == "reset" else GENERAL_CALL_WAKE
    for chip in (bench.set_dac, bench.compliance_dac, bench.return_adc, bench.monitor_adc):
        chip.general_call(byte)


def _dac_drift(bench: "Bench", dac: str, gain_share: float, offset_codes: float, over_s: float) -> None:
    """Gain and offset run away slowly, in fifty steps."""
    steps = _DRIFT_STEPS if over_s else 1
    share, codes = gain_share / steps, offset_codes / steps
    _dac_drifts(bench, dac, share, codes, ns_from_s(over_s / steps), steps)


def _dac_drifts(bench: "Bench", dac: str, share: float, codes: float, every_ns: int, left: int) -> None:
    part = bench.parts.set_dac if dac == "set" else bench.parts.compliance_dac
    usual = bench.board.dac.set if dac == "set" else bench.board.dac.compliance
    volts_per_code = usual.vref_v / 4096.0
    part.volts_per_code += volts_per_code * share
    part.offset_v += volts_per_code * codes
    _dac(bench, dac).drive_again()
    if left > 1:
        bench.later(every_ns, "dac_drifts", dac, share, codes, every_ns, left - 1)


def _vref_drift(bench: "Bench", share: float) -> None:
    """REF3040 feeds both DACs and both comparators: set, V_COMP and trips move together. The ADCs have their own."""
    parts = bench.parts
    for dac in (parts.set_dac, parts.compliance_dac):
        dac.volts_per_code *= 1.0 + share
    parts.trip_return_v *= 1.0 + share
    parts.trip_source_v *= 1.0 + share
    parts.test_return_v *= 1.0 + share
    parts.test_source_v *= 1.0 + share
    _drive_again(bench)


def _set_divider_open(bench: "Bench") -> None:
    """The divider's 2.00 k opens: the sink is told 6.5 times what DAC1 says, and DAC1's own output reads right."""
    bench.parts.set_divider = 1.0
    bench.set_dac.drive_again()


def _set_wire_open(bench: "Bench") -> None:
    """The wire from DAC1 to the divider breaks: the sink is told 0, and DAC1's own output reads right."""
    bench.parts.set_divider = 0.0
    bench.set_dac.drive_again()


def _sink_short(bench: "Bench") -> None:
    bench.circuit.sink.shorted = True


def _sink_open(bench: "Bench") -> None:
    bench.circuit.breaks.add(Break.TRANSISTOR)


def _clamp_open(bench: "Bench") -> None:
    """Nothing holds Q3's gate at 0 V without OUT_OK: Q2 alone cuts."""
    bench.circuit.clamp_open = True


ACTIONS: Final[Mapping[str, Action]] = {
    "dac_stuck": Action(
        _dac_stuck,
        "dac",
        "DAC1 stays at a code, whatever is written",
        {"code": _CODE},
        cases=each("code", 4095, 2048, 0),
    ),
    "compliance_stuck": Action(
        _compliance_stuck,
        "dac",
        "DAC2 stays at a code: V_COMP is not what is asked",
        {"code": _CODE},
        cases=each("code", 4095, 0),
    ),
    "dac_bit_stuck": Action(
        _dac_bit_stuck,
        "dac",
        "one bit of a DAC's output is stuck",
        {
            "dac": _DAC,
            "bit": Param(int, "which, 0 = least", 11, 0, 11),
            "high": Param(bool, "true: at one", default=True),
        },
        cases=({"bit": 11}, {"bit": 11, "high": False}, {"bit": 8}, {"dac": "compliance", "bit": 11}),
    ),
    "dac_midscale": Action(_dac_midscale, "dac", "both DACs wake at mid-scale, as from the factory"),
    "dac_unprovisioned": Action(
        _dac_unprovisioned, "dac", "both DACs' EEPROMs hold mid-scale: the next reset wakes them there", hidden=True
    ),
    "dac_reset": Action(
        _dac_reset,
        "dac",
        "a DAC browns out in operation and wakes at its EEPROM's value",
        {"dac": _DAC},
        cases=each("dac", "set", "compliance"),
    ),
    "general_call": Action(
        _general_call,
        "dac",
        "noise makes a general call: all chips reset, or the DACs wake",
        {"command": Param(str, "which", "reset", choices=("reset", "wake"))},
        cases=each("command", "reset", "wake"),
    ),
    "dac_drift": Action(
        _dac_drift,
        "dac",
        "a DAC's gain and offset drift in operation",
        {
            "dac": _DAC,
            "gain_share": Param(float, "share of its gain that it gains or loses", 0.2, -1.0, 1.0),
            "offset_codes": Param(float, "codes that it gains or loses", 0.0, -4095.0, 4095.0),
            "over_s": over_s(10.0),
        },
        cases=({}, {"over_s": 0.0}, {"gain_share": 0.0, "offset_codes": 400.0}, {"dac": "compliance"}),
    ),
    "vref_drift": Action(
        _vref_drift,
        "dac",
        "the reference of DACs and comparators drifts",
        {"share": Param(float, "share that it is too high", 0.05, -0.9, 0.25)},  # REF3040 cannot pass its 5 V supply
        cases=each("share", 0.05, 0.2, -0.2),
    ),
    "set_divider_open": Action(
        _set_divider_open, "dac", "the divider before the sink opens to ground: 6.5 times the current is set"
    ),
    "set_wire_open": Action(_set_wire_open, "dac", "the wire from DAC1 to the sink breaks"),
    "sink_short": Action(_sink_short, "dac", "the sink's transistor Q3 shorts"),
    "sink_open": Action(_sink_open, "dac", "the sink's transistor Q3 opens"),
    "clamp_open": Action(_clamp_open, "dac", "the clamp of Q3's gate is gone: only Q2 cuts", hidden=True),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {"dac_drifts": _dac_drifts}
