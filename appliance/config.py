"""Typed reading of TOML files: unknown key, wrong type or a value out of bounds is one sentence with a code.

A bound is checked where the value is read. Nothing here has a default that could hide a missing protection:
every key of the board file must be there.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from appliance.errors import ConfigError

T = TypeVar("T")

DEFAULT_BOARD_FILE: Final = Path(__file__).resolve().parent.parent / "hardware" / "board.toml"

LARGEST: Final = 1e9  # keeps infinity out; no number of a board comes near it
Positive = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=LARGEST)]
Count = Annotated[int, msgspec.Meta(ge=0)]
DacCode = Annotated[int, msgspec.Meta(ge=0, le=4095)]
BusAddress = Annotated[int, msgspec.Meta(ge=0x08, le=0x77)]
Register = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
Range = tuple[NotNegative, NotNegative]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every table of a configuration file: frozen, an unknown key is an error."""


class BoardName(Part, frozen=True):
    """Which board this file is of."""

    name: str
    revision: int


class I2cBusTable(Part, frozen=True):
    """The bus, and which addresses are never used."""

    bus: Count
    hz: Positive
    forbid: tuple[int, ...]
    timeout_ms: Positive
    retries: Annotated[int, msgspec.Meta(ge=0, le=2)]


class SetDac(Part, frozen=True):
    """DAC1 and the sink it drives."""

    address: BusAddress
    vref_v: Positive
    r_top_ohm: Positive
    r_bottom_ohm: Positive
    r_sense_ohm: Positive
    eeprom_code: DacCode
    eeprom_power_down: Annotated[int, msgspec.Meta(ge=0, le=3)]
    linear_codes: tuple[DacCode, DacCode]

    @property
    def ma_per_code(self) -> float:
        """Milliamperes of one DAC code: 1.000 mV x 2/13 / 21.0 ohm = 7.326 uA (hardware.md, 2)."""
        volts_per_code = self.vref_v / 4096
        divider = self.r_bottom_ohm / (self.r_top_ohm + self.r_bottom_ohm)
        return volts_per_code * divider / self.r_sense_ohm * 1000.0


class ComplianceDac(Part, frozen=True):
    """DAC2 and the regulator it drives."""

    address: BusAddress
    vref_v: Positive
    r_top_ohm: Positive
    r_bottom_ohm: Positive
    eeprom_code: DacCode
    eeprom_power_down: Annotated[int, msgspec.Meta(ge=0, le=3)]
    bleed_ohm: Positive
    output_nf: Positive
    rise_98_ms: Positive
    fall_to_1v_ms: Positive

    @property
    def v_per_code(self) -> float:
        """Volts of compliance per code: 1.000 mV x 11.7 = 11.70 mV (hardware.md, 2)."""
        return self.vref_v / 4096 * (self.r_top_ohm + self.r_bottom_ohm) / self.r_bottom_ohm


class AdcChannel(Part, frozen=True):
    """One channel of an ADS1115."""

    address: BusAddress
    config: Register
    fsr_v: Positive

    @property
    def v_per_lsb(self) -> float:
        """Volts at the chip's pins per count of the 16-bit result (ADS1115 data sheet, table 7-3)."""
        return self.fsr_v / 32768


class ReturnAdc(AdcChannel, frozen=True):
    """The patient current, across R_M."""

    sps: Positive
    ohm: Positive

    @property
    def ma_per_lsb(self) -> float:
        """31.25 uV / 24.9 ohm = 1.2550 uA (hardware.md, 2)."""
        return self.v_per_lsb / self.ohm * 1000.0


class SourceAdc(AdcChannel, frozen=True):
    """The source current, across R_HS."""

    gain: Positive
    ohm: Positive

    @property
    def ma_per_lsb(self) -> float:
        """125 uV / 80.4 V/A = 1.5547 uA (hardware.md, 2)."""
        return self.v_per_lsb / (self.gain * self.ohm) * 1000.0


class VoltsAdc(AdcChannel, frozen=True):
    """A voltage behind a divider."""

    scale: Positive

    @property
    def v_per_count(self) -> float:
        """Volts of the measured node per count, divider included."""
        return self.v_per_lsb * self.scale


class PatientVoltsAdc(VoltsAdc, frozen=True):
    """The volts at the patient, and what their tap takes."""

    tap_ohm: Positive


class AdcRange(Part, frozen=True):
    """Counts that an honest reading stays within; beyond them a converter is at the end of its range."""

    return_counts: tuple[int, int]
    monitor_counts: tuple[int, int]
    volts_counts: tuple[int, int]


class DacTables(Part, frozen=True):
    """Both DACs."""

    set: SetDac
    compliance: ComplianceDac


class AdcTables(Part, frozen=True, rename={"return_": "return"}):
    """All ADC channels."""

    return_: ReturnAdc
    patient_volts: PatientVoltsAdc
    compliance_volts: VoltsAdc
    source: SourceAdc
    set_volts: VoltsAdc
    range: AdcRange


class Protect(Part, frozen=True):
    """The protection that needs no software."""

    comparator_ref_v: Positive
    trip_return_r_top_ohm: Positive
    trip_return_r_bottom_ohm: Positive
    trip_source_r_top_ohm: Positive
    trip_source_r_bottom_ohm: Positive
    test_return_parallel_ohm: Positive
    test_source_parallel_ohm: Positive
    trip_ma: Positive
    trip_tolerance_ma: Positive
    test_trip_ma: Positive
    filter_us: Positive
    limiter_ohm: Positive
    limiter_vbe_v: Positive
    limiter_ma: Range
    limiter_ma_per_k: float
    fuse_ma: Positive


class Watchdog(Part, frozen=True):
    """Window watchdog and charge pump."""

    edge: Literal["falling"]
    window_ms: Range
    trip_ms: Range
    rearm_ms: Positive
    pump_after_low_ms: Range
    pump_after_high_ms: Range


class Relay(Part, frozen=True):
    """K1, K2, K3 and the dummy load."""

    release_ms: Positive
    operate_ms: Positive
    dummy_ohm: Positive


class Supply(Part, frozen=True):
    """The patient side supply."""

    rail_v: Positive
    headroom_at_25_ma_v: NotNegative


class Sink(Part, frozen=True):
    """What the bench needs of the sink's op-amp and transistor."""

    q3_on_ohm: Positive
    slew_us: NotNegative
    recovery_us: Range


class BoardLimit(Part, frozen=True):
    """What this board can ever do."""

    full_scale_ma: Positive
    volts: Positive
    probe_volts: Positive
    headroom_volts: Positive
    waveforms: tuple[Literal["dc"], ...]


class Timer(Part, frozen=True):
    """The treatment timer."""

    trip_min: Positive
    tolerance_min: Positive
    reset_low_min: Positive


class CalibrationBounds(Part, frozen=True):
    """Beyond these a calibration is refused."""

    points_ma: tuple[Positive, Positive]
    max_gain_error: Positive
    max_offset_ma: Positive
    max_residual_ma: Positive
    max_age_days: Positive


class Tolerance(Part, frozen=True):
    """Bands that the bench draws from its seed."""

    resistor: NotNegative
    dac_gain: NotNegative
    dac_offset_sigma: NotNegative
    dac_inl_lsb: NotNegative
    reference: NotNegative
    adc_gain: NotNegative
    adc_rate: NotNegative
    adc_noise_lsb: NotNegative
    ina_gain: NotNegative
    ina_offset_ma: NotNegative
    comparator_offset_v: NotNegative
    vbe_v: NotNegative
    ambient_c: tuple[float, float]


class Pin(Part, frozen=True):
    """One GPIO line."""

    gpio: Annotated[int, msgspec.Meta(ge=2, le=27)]
    direction: Literal["in", "out"]
    active: Literal["high", "low"]
    pull: Literal["up", "down"]


class Pins(Part, frozen=True, rename="upper"):
    """All GPIO lines, by name."""

    enable: Pin
    watchdog_kick: Pin
    polarity: Pin
    dummy_load: Pin
    test_shift: Pin
    latch_reset: Pin
    e_stop: Pin
    foot_pedal: Pin
    tray_left: Pin
    tray_right: Pin
    latch_tripped: Pin
    watchdog_ok: Pin
    safety_relay_readback: Pin
    polarity_readback: Pin
    service_key: Pin
    buzzer: Pin
    status_led: Pin


class Board(Part, frozen=True):
    """All numbers of one board, as `hardware/board.toml` holds them."""

    board: BoardName
    i2c: I2cBusTable
    dac: DacTables
    adc: AdcTables
    protect: Protect
    watchdog: Watchdog
    relay: Relay
    supply: Supply
    sink: Sink
    limit: BoardLimit
    timer: Timer
    calibration: CalibrationBounds
    tolerance: Tolerance
    pin: Pins


def load_toml(path: Path, shape: type[T]) -> T:
    """Read one TOML file into `shape`.

    Raises:
        ConfigError: E503 the file cannot be read; E501 it is not TOML, or has an unknown key or a bad value.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError("E503", f"cannot read {path}: {error.strerror or error}") from error
    return parse_toml(raw, shape, str(path))


def parse_toml(raw: bytes, shape: type[T], name: str) -> T:
    """Decode TOML text into `shape`; `name` stands in the error.

    Raises:
        ConfigError: E501, naming the key, what was found and what was expected.
    """
    try:
        return msgspec.toml.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError("E501", f"{name}: {error}") from error


def load_board(path: Path = DEFAULT_BOARD_FILE) -> Board:
    """Read the board file; see `load_toml` for the errors."""
    return load_toml(path, Board)
