"""What measures: sense resistors, taps, the source's amplifier and both ADCs. A sensor that lies changes no current."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.ads1115 import Ads1115
from appliance.sim.faulty_chips import StuckBit, StuckMux, StuckPointer, Tied
from appliance.sim.parameters import Action, Param, each
from appliance.sim.wiring import Break

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

SHORT_OHM: Final = 0.05  # deck 08: a shorted sense resistor
FULL_PIN_V: Final = 5.0  # an input or amplifier at the 5 V rail
TAP_SHORT_OHM: Final = 100e3  # the difference amplifier without its 1.60 M
_CONFIG_POINTER: Final = 1
_GAIN_BITS: Final = 0x0E00
_RESET_GAIN: Final = 0x0400  # +-2.048 V
_CHANNELS: Final = {"patient_volts": 4, "compliance": 5, "source": 6, "set_volts": 7}
_ADC: Final = Param(str, "which of the two", "return", choices=("return", "monitor"))


def _adc(bench: "Bench", adc: str) -> Ads1115:
    return bench.return_adc if adc == "return" else bench.monitor_adc


def _sense_open(bench: "Bench") -> None:
    bench.circuit.breaks.add(Break.MEASURE)


def _sense_short(bench: "Bench") -> None:
    bench.parts.r_measure_ohm = SHORT_OHM


def _feedback_open(bench: "Bench") -> None:
    """R_S: the op-amp sees the node rise and shuts Q3."""
    bench.circuit.breaks.add(Break.FEEDBACK)


def _feedback_short(bench: "Bench") -> None:
    """R_S: the op-amp never sees enough current; limiter and volts decide."""
    bench.parts.r_sense_ohm = SHORT_OHM


def _source_sense_open(bench: "Bench") -> None:
    """R_HS: no current, and its amplifier, at its rail, trips comparator B."""
    bench.circuit.breaks.add(Break.SOURCE)


def _source_sense_short(bench: "Bench") -> None:
    """R_HS: the source reads next to nothing, and comparator B is blind."""
    bench.parts.r_source_ohm = SHORT_OHM


def _source_drift(bench: "Bench", offset_ma: float) -> None:
    """INA240 drifts: the source current reads wrong, comparator B sees the same."""
    bench.parts.source_offset_ma = offset_ma


def _volts_tap_open(bench: "Bench") -> None:
    """The difference amplifier's divider: reads 0 V, and no longer takes its share of the current."""
    bench.parts.patient_volts_gain = 0.0
    bench.circuit.tap_ohm = float("inf")


def _volts_tap_short(bench: "Bench") -> None:
    """Its 1.60 M: the input sees the node itself and clips; the tap takes up to half a milliampere."""
    bench.parts.patient_volts_gain = 1.0
    bench.circuit.tap_ohm = TAP_SHORT_OHM


def _compliance_tap_open(bench: "Bench") -> None:
    bench.parts.compliance_volts_gain = 0.0


def _set_tap_open(bench: "Bench") -> None:
    bench.parts.set_volts_gain = 0.0


def _adc_freeze(bench: "Bench", adc: str) -> None:
    _adc(bench, adc).freeze()


def _adc_reset(bench: "Bench", adc: str) -> None:
    """Brown-out: reset configuration, powered down, reads 0 until a conversion is started."""
    _adc(bench, adc).brown_out()


def _adc_gain_reset(bench: "Bench", adc: str) -> None:
    """Brown-out and started again: converts as before, but at +-2.048 V, so that the current reads half."""
    chip = _adc(bench, adc)
    config = chip.config & ~_GAIN_BITS | _RESET_GAIN
    chip.write(bytes((_CONFIG_POINTER, config >> 8, config & 0xFF)))
    chip.write(b"\x00")


def _adc_swap(bench: "Bench") -> None:
    bench.bus.swap(bench.return_adc.address, bench.monitor_adc.address)


def _adc_pointer_stuck(bench: "Bench", adc: str) -> None:
    """The pointer stays on the configuration: 0x06E3 reads as 2.21 mA for ever."""
    bench.bus.wrap(_adc(bench, adc).address, lambda chip: StuckPointer(chip, _CONFIG_POINTER))


def _adc_saturated(bench: "Bench", adc: str, high: bool) -> None:
    """Its inputs are tied to a rail: every conversion clips."""
    _adc(bench, adc).mean_v = Tied(FULL_PIN_V if high else -FULL_PIN_V)


def _adc_input_open(bench: "Bench", adc: str) -> None:
    """The wire to its inputs breaks: the clamp's leakage pulls them to 0 V."""
    _adc(bench, adc).mean_v = Tied(0.0)


def _adc_bit_stuck(bench: "Bench", adc: str, bit: int, high: bool) -> None:
    """One bit of the conversion register; bit 15 is the sign."""
    bench.bus.wrap(_adc(bench, adc).address, lambda chip: StuckBit(chip, bit, high))


def _adc_gain_drift(bench: "Bench", adc: str, share: float) -> None:
    """Its reference drifts: all of its channels read wrong by the same share."""
    _adc(bench, adc).drift(share)


def _monitor_mux_stuck(bench: "Bench", channel: str) -> None:
    """The multiplexer stays on a channel; the configuration register says what was written."""
    chip = bench.monitor_adc
    chip.mean_v = StuckMux(chip.mean_v, _CHANNELS[channel])


_EITHER: Final = each("adc", "return", "monitor")
ACTIONS: Final[Mapping[str, Action]] = {
    "sense_open": Action(_sense_open, "sensor", "the return sense resistor R_M opens"),
    "sense_short": Action(_sense_short, "sensor", "the return sense resistor R_M shorts"),
    "feedback_open": Action(_feedback_open, "sensor", "the sink's feedback resistor R_S opens"),
    "feedback_short": Action(_feedback_short, "sensor", "the sink's feedback resistor R_S shorts"),
    "source_sense_open": Action(_source_sense_open, "sensor", "the source sense resistor R_HS opens"),
    "source_sense_short": Action(_source_sense_short, "sensor", "the source sense resistor R_HS shorts"),
    "source_drift": Action(
        _source_drift,
        "sensor",
        "the source sensor's amplifier drifts",
        {"offset_ma": Param(float, "milliamperes that it reads too much", 1.0, -30.0, 30.0)},
        cases=each("offset_ma", 1.0, -1.0),
    ),
    "volts_tap_open": Action(_volts_tap_open, "sensor", "the tap for the patient's volts opens"),
    "volts_tap_short": Action(_volts_tap_short, "sensor", "the tap for the patient's volts shorts"),
    "compliance_tap_open": Action(_compliance_tap_open, "sensor", "the divider that measures V_COMP opens"),
    "set_tap_open": Action(_set_tap_open, "sensor", "the divider that measures DAC1's output opens"),
    "adc_freeze": Action(_adc_freeze, "sensor", "an ADC repeats its last result", {"adc": _ADC}, cases=_EITHER),
    "adc_reset": Action(
        _adc_reset,
        "sensor",
        "an ADC browns out and wakes with its reset configuration, powered down",
        {"adc": _ADC},
        cases=_EITHER,
    ),
    "adc_gain_reset": Action(
        _adc_gain_reset, "sensor", "an ADC goes on at its reset gain and reads half", {"adc": _ADC}
    ),
    "adc_swap": Action(_adc_swap, "sensor", "the two ADCs answer to each other's address"),
    "adc_pointer_stuck": Action(
        _adc_pointer_stuck,
        "sensor",
        "an ADC's pointer stays on its configuration: 2.21 mA for ever",
        {"adc": _ADC},
        cases=_EITHER,
    ),
    "adc_saturated": Action(
        _adc_saturated,
        "sensor",
        "an ADC's inputs are tied to a rail",
        {"adc": _ADC, "high": Param(bool, "true: the upper rail", default=True)},
        cases=({"adc": "return"}, {"adc": "return", "high": False}, {"adc": "monitor"}),
    ),
    "adc_input_open": Action(
        _adc_input_open, "sensor", "the wire to an ADC's inputs breaks: it reads 0", {"adc": _ADC}, cases=_EITHER
    ),
    "adc_bit_stuck": Action(
        _adc_bit_stuck,
        "sensor",
        "a bit of an ADC's result is stuck; 15 is the sign",
        {
            "adc": _ADC,
            "bit": Param(int, "which, 0 = least", 15, 0, 15),
            "high": Param(bool, "true: at one", default=True),
        },
        cases=({"bit": 15}, {"bit": 11}, {"bit": 13, "high": False}, {"adc": "monitor", "bit": 13}),
    ),
    "adc_gain_drift": Action(
        _adc_gain_drift,
        "sensor",
        "an ADC's reference drifts",
        {"adc": _ADC, "share": Param(float, "share that it reads too much", -0.1, -0.9, 1.0)},
        cases=({"adc": "return"}, {"adc": "monitor"}, {"adc": "return", "share": 0.1}),
    ),
    "monitor_mux_stuck": Action(
        _monitor_mux_stuck,
        "sensor",
        "the monitor ADC's multiplexer stays on a channel",
        {"channel": Param(str, "which", "compliance", choices=tuple(_CHANNELS))},
        cases=each("channel", *_CHANNELS),
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {}
