"""Interlock inputs: each must be what the command says, within the travel time of its part."""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class EStop:
    """The red switch is pushed or its wire is broken. It cuts by wire; this only says so."""

    TRIP: Final = Trip("E401", "e_stop", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Any state."""
        return self.TRIP if s.e_stop else None


class SafetyRelay:
    """K1's mirror contact differs from the command after its travel time."""

    TRIP: Final = Trip("E402", "relay", "CUT")

    def __init__(self, travel_ns: int) -> None:
        self._travel_ns = travel_ns

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST, where the dummy load keeps K1 open, and FAULT, which opens everything."""
        if s.state in ("SELF_TEST", "FAULT") or s.t_ns - s.enabled_since_ns <= self._travel_ns:
            return None
        return self.TRIP if s.relay_open == s.enabled else None


class PolarityRelay:
    """K2's read-back differs from the command after its travel time."""

    TRIP: Final = Trip("E403", "polarity", "CUT")

    def __init__(self, travel_ns: int) -> None:
        self._travel_ns = travel_ns

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST, which makes its own checks."""
        if s.state == "SELF_TEST" or s.t_ns - s.polarity_since_ns <= self._travel_ns:
            return None
        return self.TRIP if s.reversed != s.asked_reversed else None


class Latch:
    """The hardware tripped: over-current, supply, pump or watchdog. Nothing automatic clears it."""

    TRIP: Final = Trip("E404", "latch", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST, which trips it on purpose."""
        return self.TRIP if s.latch_tripped and s.state != "SELF_TEST" else None


class WatchdogOk:
    """The window watchdog or the charge pump is not content."""

    TRIP: Final = Trip("E405", "watchdog", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST, and FAULT, where the kick is withheld."""
        return self.TRIP if not s.watchdog_ok and s.state not in ("SELF_TEST", "FAULT") else None


class Tray:
    """A tray is not seated for two ticks: the output opens at once."""

    TICKS: Final = 2
    TRIP: Final = Trip("E406", "tray", "PAUSE", "tray", 0.0)

    def __init__(self) -> None:
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """While energised; during a self-test trays may be filled: nobody is connected, the dummy load is."""
        self._count = self._count + 1 if s.tray_out and s.enabled and s.state != "SELF_TEST" else 0
        return self.TRIP if self._count >= self.TICKS else None


class Pedal:
    """The pedal is pressed or unplugged for two ticks: to zero in 0.5 s; a jump from 15 mA is felt as a jolt."""

    TICKS: Final = 2
    TRIP: Final = Trip("E407", "pedal", "PAUSE", "pedal", 0.5)

    def __init__(self) -> None:
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """While energised."""
        self._count = self._count + 1 if s.pedal and s.enabled else 0
        return self.TRIP if self._count >= self.TICKS else None
