"""The parts of one board as they came out of the bag: every tolerance of the hardware design drawn from one seed.

A part drawn here is what the circuit really is; `board.toml` is what the software believes. It never draws a part
outside its band, and never uses the global random state.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from appliance.config import Board
from appliance.units import ns_from_ms, ns_from_s

R_LIM_SHARE: Final = 0.01  # hardware.md 2: R_LIM is a 1 % part, all others are `tolerance.resistor`
OFFSET_SIGMAS: Final = 3.0  # [D] a DAC beyond three sigma is a fault case, not a board that was shipped
TRAVEL_SHARE: Final = (0.5, 0.95)  # [B] of a relay's guaranteed bound
LIMITER_AT_C: Final = 25.0  # deck 03: the temperature that limiter_vbe_v is given for


@dataclass(slots=True)
class DacPart:
    """What one MCP4725 makes of a code."""

    volts_per_code: float
    offset_v: float
    bow_codes: float  # integral non-linearity: one bow and one S over the range
    wave_codes: float

    def volts(self, code: int) -> float:
        """Volts at the output for `code`, which cannot go below ground."""
        x = code / 4096
        inl_codes = 4.0 * x * (1.0 - x) * (self.bow_codes + self.wave_codes * (1.0 - 2.0 * x) * 1.5)
        return max(0.0, (code + inl_codes) * self.volts_per_code + self.offset_v)


@dataclass(slots=True)
class AdcPart:
    """Errors of one ADS1115, as shares."""

    gain_error: float
    rate_error: float


@dataclass(slots=True)
class Parts:
    """One board. Ohms, volts, milliamperes and nanoseconds as they really are."""

    ambient_c: float
    r_sense_ohm: float
    r_measure_ohm: float
    r_source_ohm: float
    r_limit_ohm: float
    dummy_ohm: float
    set_dac: DacPart
    compliance_dac: DacPart
    set_divider: float  # volts at the sink's op-amp per volt of DAC1
    compliance_gain: float  # V_COMP per volt of DAC2
    return_adc: AdcPart
    monitor_adc: AdcPart
    patient_volts_gain: float  # volts at the ADC's pin per volt of the node
    compliance_volts_gain: float
    set_volts_gain: float
    source_gain: float  # INA240
    source_offset_ma: float
    trip_return_v: float
    trip_source_v: float
    test_return_v: float
    test_source_v: float
    limiter_ma: float
    op_amp_recovery_us: float
    watchdog_early_ns: int
    watchdog_late_ns: int
    pump_after_low_ns: int
    pump_after_high_ns: int
    k1_operate_ns: int
    k1_release_ns: int
    k2_travel_ns: int
    k3_travel_ns: int
    timer_ns: int


def draw(board: Board, rng: Random) -> Parts:
    """All parts of one board. `hardware.md` chapter 2 has the bands; uniform unless a sigma is named."""
    t = board.tolerance

    def near(value: float, share: float) -> float:
        return value * (1.0 + rng.uniform(-share, share))

    def ms(band: tuple[float, float]) -> int:
        return ns_from_ms(rng.uniform(*band))

    def divider(top_ohm: float, bottom_ohm: float) -> float:
        top, bottom = near(top_ohm, t.resistor), near(bottom_ohm, t.resistor)
        return bottom / (top + bottom)

    reference = near(1.0, t.reference)
    ambient_c = rng.uniform(*t.ambient_c)
    r_limit_ohm = near(board.protect.limiter_ohm, R_LIM_SHARE)
    limiter_v = board.protect.limiter_vbe_v + rng.uniform(-t.vbe_v, t.vbe_v)
    volts, supply, set_volts = board.adc.patient_volts, board.adc.compliance_volts, board.adc.set_volts
    protect = board.protect
    offset_a, offset_b = (rng.uniform(-t.comparator_offset_v, t.comparator_offset_v) for _ in range(2))
    ref_v = protect.comparator_ref_v * reference
    a = (protect.trip_return_r_top_ohm, protect.trip_return_r_bottom_ohm, protect.test_return_parallel_ohm)
    b = (protect.trip_source_r_top_ohm, protect.trip_source_r_bottom_ohm, protect.test_source_parallel_ohm)
    match_a, match_b = near(1.0, t.resistor), near(1.0, t.resistor)
    comp = board.dac.compliance
    relay = (TRAVEL_SHARE[0], TRAVEL_SHARE[1])
    return Parts(
        ambient_c=ambient_c,
        r_sense_ohm=near(board.dac.set.r_sense_ohm, t.resistor),
        r_measure_ohm=near(board.adc.return_.ohm, t.resistor),
        r_source_ohm=near(board.adc.source.ohm, t.resistor),
        r_limit_ohm=r_limit_ohm,
        dummy_ohm=near(board.relay.dummy_ohm, t.resistor),
        set_dac=_dac(board, board.dac.set.vref_v * reference, rng),
        compliance_dac=_dac(board, comp.vref_v * reference, rng),
        set_divider=divider(board.dac.set.r_top_ohm, board.dac.set.r_bottom_ohm),
        compliance_gain=1.0 / divider(comp.r_top_ohm, comp.r_bottom_ohm),
        return_adc=AdcPart(rng.uniform(-t.adc_gain, t.adc_gain), rng.uniform(-t.adc_rate, t.adc_rate)),
        monitor_adc=AdcPart(rng.uniform(-t.adc_gain, t.adc_gain), rng.uniform(-t.adc_rate, t.adc_rate)),
        patient_volts_gain=near(1.0 / volts.scale, 2.0 * t.resistor),
        compliance_volts_gain=near(1.0 / supply.scale, 2.0 * t.resistor),
        set_volts_gain=near(1.0 / set_volts.scale, t.resistor),
        source_gain=near(board.adc.source.gain, t.ina_gain),
        source_offset_ma=rng.uniform(-t.ina_offset_ma, t.ina_offset_ma),
        trip_return_v=ref_v * _share(*a[:2]) * match_a + offset_a,
        trip_source_v=ref_v * _share(*b[:2]) * match_b + offset_b,
        test_return_v=ref_v * _share(a[0], _parallel(a[1], a[2])) * match_a + offset_a,
        test_source_v=ref_v * _share(b[0], _parallel(b[1], b[2])) * match_b + offset_b,
        limiter_ma=limiter_v / r_limit_ohm * 1000.0 + protect.limiter_ma_per_k * (ambient_c - LIMITER_AT_C),
        op_amp_recovery_us=rng.uniform(*board.sink.recovery_us),
        watchdog_early_ns=ms((board.watchdog.trip_ms[0], board.watchdog.window_ms[0])),
        watchdog_late_ns=ms((board.watchdog.window_ms[1], board.watchdog.trip_ms[1])),
        pump_after_low_ns=ms(board.watchdog.pump_after_low_ms),
        pump_after_high_ns=ms(board.watchdog.pump_after_high_ms),
        k1_operate_ns=ns_from_ms(rng.uniform(*relay) * board.relay.operate_ms),
        k1_release_ns=ns_from_ms(rng.uniform(*relay) * board.relay.release_ms),
        k2_travel_ns=ns_from_ms(rng.uniform(*relay) * board.relay.operate_ms),
        k3_travel_ns=ns_from_ms(rng.uniform(*relay) * board.relay.operate_ms),
        timer_ns=ns_from_s(60.0 * (board.timer.trip_min + rng.uniform(-1.0, 1.0) * board.timer.tolerance_min)),
    )


def _dac(board: Board, full_v: float, rng: Random) -> DacPart:
    t = board.tolerance
    offset = max(-OFFSET_SIGMAS, min(OFFSET_SIGMAS, rng.gauss(0.0, 1.0))) * t.dac_offset_sigma
    bow = rng.uniform(-0.7, 0.7) * t.dac_inl_lsb
    wave = rng.uniform(-0.3, 0.3) * t.dac_inl_lsb
    return DacPart(full_v / 4096 * (1.0 + rng.uniform(-t.dac_gain, t.dac_gain)), offset * full_v, bow, wave)


def _share(top_ohm: float, bottom_ohm: float) -> float:
    return bottom_ohm / (top_ohm + bottom_ohm)


def _parallel(a_ohm: float, b_ohm: float) -> float:
    return a_ohm * b_ohm / (a_ohm + b_ohm)
