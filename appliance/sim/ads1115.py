"""ADS1115 ADC at register level (TI SBAS444, chapter 7; hardware design, chapter 4).

Pointer, configuration, thresholds, single-shot and continuous timing with this chip's own rate, the mean over each
conversion's window, PGA clipping, comparator and ALERT pin. A conversion is computed when someone looks at it, never
earlier, so an unread conversion costs nothing. It never waits: what is not finished is not there.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from appliance.sim.ads1115_alert import Comparator
from appliance.units import NS_PER_S, NS_PER_US

RESET_CONFIG: Final = 0x8583
WAKE_NS: Final = 25 * NS_PER_US  # from power-down to the start of a conversion
GENERAL_CALL_RESET: Final = 0x06

_FSR_V: Final = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
_SPS: Final = (8, 16, 32, 64, 128, 250, 475, 860)
_OS: Final = 0x8000
_MUX: Final = 0x7000
_SINGLE_SHOT: Final = 0x0100
_NEVER: Final = 1 << 62
_POINTER_CONVERSION, _POINTER_CONFIG, _POINTER_LOW, _POINTER_HIGH = range(4)

MeanV = Callable[[int, int, int], float]


class Ads1115:
    """One ADC. `mean_v(mux, t0_ns, t1_ns)`: mean differential volts at the pins of a 3-bit MUX code over a window."""

    __slots__ = (
        "_config",
        "_done",
        "_frozen",
        "_gain",
        "_gauss",
        "_judging",
        "_lsb_per_v",
        "_mux",
        "_noise_lsb",
        "_now_ns",
        "_period_ns",
        "_pointer",
        "_rate",
        "_result",
        "_single",
        "_start_ns",
        "_tail",
        "address",
        "comparator",
        "mean_v",
    )

    def __init__(
        self,
        address: int,
        now_ns: Callable[[], int],
        mean_v: MeanV,
        rng: Random,
        rate_error: float = 0.0,
        gain_error: float = 0.0,
        noise_lsb: float = 0.0,
    ) -> None:
        """`rate_error`, `gain_error`: this chip's own, as fractions; `noise_lsb`: rms, from `rng`."""
        self.address = address
        self.mean_v = mean_v
        self._now_ns = now_ns
        self._gauss = rng.gauss
        self._rate = 1.0 + rate_error
        self._gain = 1.0 + gain_error
        self._noise_lsb = noise_lsb
        self._frozen = False
        self.brown_out()

    # ------------------------------------------------------------ the bus

    def write(self, data: bytes) -> None:
        """The pointer, and with two more bytes the register that it points to."""
        if not data:
            return
        pointer = self._pointer = data[0] & 3
        if len(data) < 3 or pointer == _POINTER_CONVERSION:
            return
        value = data[1] << 8 | data[2]
        now_ns = self._now_ns()
        self._settle(now_ns)
        if pointer == _POINTER_CONFIG:
            self._configure(value, now_ns)
        elif pointer == _POINTER_LOW:
            self.comparator.low = value
        else:
            self.comparator.high = value

    def read(self, length: int) -> bytes:
        """The register that the pointer selects, high byte first; nothing drives the bus after its two bytes."""
        pointer = self._pointer
        if pointer == _POINTER_CONVERSION:
            self._settle(self._now_ns())
            data = (self._result & 0xFFFF).to_bytes(2, "big")
            if self._judging:
                self.comparator.data_read()
        elif pointer == _POINTER_CONFIG:
            data = self.config.to_bytes(2, "big")
        else:
            data = (self.comparator.low if pointer == _POINTER_LOW else self.comparator.high).to_bytes(2, "big")
        return data if length == 2 else (data + b"\xff" * length)[:length]

    def general_call(self, command: int) -> None:
        """06 resets the chip."""
        if command == GENERAL_CALL_RESET:
            self.brown_out()

    # ------------------------------------------------------------ the bench

    def brown_out(self) -> None:
        """Power returns: registers at their reset values, powered down, reads 0 until a conversion is started."""
        self._pointer = _POINTER_CONVERSION
        self._result = 0
        self._done = 0
        self._start_ns = _NEVER
        self._tail: tuple[int, float, int, int] | None = None
        self.comparator = Comparator()
        self._config = ~RESET_CONFIG  # everything changes
        self._adopt(RESET_CONFIG)

    def freeze(self) -> None:
        """A fault: the last result is repeated for ever; registers still answer."""
        self._settle(self._now_ns())
        self._frozen = True

    def thaw(self) -> None:
        """End the fault."""
        self._frozen = False

    def drift(self, share: float) -> None:
        """A fault: its own reference moves, and everything reads that share too much."""
        self._settle(self._now_ns())
        self._gain *= 1.0 + share
        self._lsb_per_v *= 1.0 + share

    @property
    def config(self) -> int:
        """The configuration register as it reads now: bit 15 set when no conversion runs."""
        now_ns = self._now_ns()
        self._settle(now_ns)
        return self._config if self._converting() else self._config | _OS

    @property
    def alert_high(self) -> bool:
        """Level of the ALERT/RDY pin, which is open drain with a pull-up."""
        now_ns = self._now_ns()
        self._settle(now_ns)
        ready_ns = self._start_ns + self._done * self._period_ns if self._done else -_NEVER
        return self.comparator.pin_high(self._single, self._converting(), now_ns - ready_ns)

    # ------------------------------------------------------------ conversions

    def _configure(self, value: int, now_ns: int) -> None:
        """Accept a new configuration; a conversion that runs completes with the old one (data sheet 7.4.2)."""
        running = self._converting()
        if running and self._tail is None:
            t0_ns = self._start_ns + self._done * self._period_ns
            self._tail = (self._mux, self._lsb_per_v, t0_ns, t0_ns + self._period_ns)
        self._adopt(value)
        begins = not self._single or (bool(value & _OS) and not running)
        if not begins:
            self._start_ns = _NEVER
        elif self._tail is not None:
            self._start_ns = self._tail[3]
        else:
            self._start_ns = now_ns + WAKE_NS
        self._done = 0

    def _adopt(self, value: int) -> None:
        """Take the fields of a configuration; whoever only moves the multiplexer changes nothing else."""
        changed = (value ^ self._config) & ~_OS
        self._config = value & ~_OS
        self._mux = value >> 12 & 7
        if changed & ~_MUX:
            self._lsb_per_v = 32768 / _FSR_V[value >> 9 & 7] * self._gain
            self._single = bool(value & _SINGLE_SHOT)
            self._period_ns = round(NS_PER_S / (_SPS[value >> 5 & 7] * self._rate))
            self.comparator.configure(value)
            self._judging = self.comparator.enabled

    def _converting(self) -> bool:
        """After `_settle`: does a conversion run, or wake up to?"""
        return self._tail is not None or (self._start_ns != _NEVER and not (self._single and self._done))

    def _settle(self, now_ns: int) -> None:
        """Bring the conversion register up to `now_ns`."""
        if self._tail is not None and now_ns >= self._tail[3]:
            self._convert(*self._tail)
            self._tail = None
        period_ns = self._period_ns
        start_ns = self._start_ns
        done = (now_ns - start_ns) // period_ns
        if done <= self._done:
            return
        if self._single:
            if self._done:
                return
            done = 1
        if self._judging:
            for k in range(self._done + 1, done):
                self._convert(self._mux, self._lsb_per_v, start_ns + (k - 1) * period_ns, start_ns + k * period_ns)
        end_ns = start_ns + done * period_ns
        self._convert(self._mux, self._lsb_per_v, end_ns - period_ns, end_ns)
        self._done = done

    def _convert(self, mux: int, lsb_per_v: float, t0_ns: int, t1_ns: int) -> None:
        if self._frozen:
            return
        counts = self.mean_v(mux, t0_ns, t1_ns) * lsb_per_v
        if self._noise_lsb:
            counts += self._gauss(0.0, self._noise_lsb)
        result = round(counts)
        if not -32768 <= result <= 32767:  # the PGA's end of range
            result = -32768 if result < 0 else 32767
        self._result = result
        if self._judging:
            self.comparator.judge(result)
