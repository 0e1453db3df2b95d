"""The ADS1115's digital comparator and its ALERT/RDY pin (TI SBAS444, 7.3.7 and 7.3.8).

Traditional and window comparator, polarity, latch, queue, and the pin's second life as conversion-ready. The board
does not wire this pin; it is here because a driver may set its bits, and a register that answers must be honest.
"""

from typing import Final

from appliance.units import NS_PER_US

READY_PULSE_NS: Final = 8 * NS_PER_US  # typical [B 7.3.8]
_QUEUE: Final = (1, 2, 4, 0)


class Comparator:
    """Bits 4:0 of the configuration, both thresholds, and what they make of each result."""

    __slots__ = ("_active_high", "_asserted", "_beyond", "_latching", "_queue", "_window", "high", "low")

    def __init__(self) -> None:
        self.low = 0x8000
        self.high = 0x7FFF
        self._asserted = False
        self._beyond = 0
        self.configure(0x0003)

    def configure(self, config: int) -> None:
        """Take the comparator bits of a configuration word."""
        self._window = bool(config & 0x10)
        self._active_high = bool(config & 0x08)
        self._latching = bool(config & 0x04)
        self._queue = _QUEUE[config & 3]
        if not self._queue:
            self._asserted = False
            self._beyond = 0

    @property
    def enabled(self) -> bool:
        """Does every conversion count?"""
        return self._queue != 0

    @property
    def conversion_ready(self) -> bool:
        """The pin signals finished conversions: high threshold negative, low threshold not."""
        return self.enabled and bool(self.high & 0x8000) and not self.low & 0x8000

    def judge(self, result: int) -> None:
        """One finished conversion, in counts."""
        low, high = _signed(self.low), _signed(self.high)
        outside = result > high or (self._window and result < low)
        if outside:
            self._beyond += 1
            if self._beyond >= self._queue:
                self._asserted = True
            return
        self._beyond = 0
        if not self._latching and (self._window or result < low):
            self._asserted = False

    def data_read(self) -> None:
        """Reading the conversion register releases a latched alert."""
        if self._latching:
            self._asserted = False

    def pin_high(self, single_shot: bool, converting: bool, since_ready_ns: int) -> bool:
        """Level of the pin; high impedance, pulled up, while disabled."""
        if not self.enabled:
            return True
        if not self.conversion_ready:
            asserted = self._asserted
        elif single_shot:
            asserted = not converting
        else:
            asserted = 0 <= since_ready_ns < READY_PULSE_NS
        return asserted == self._active_high


def _signed(value: int) -> int:
    return value - 0x10000 if value & 0x8000 else value
