"""The limits that no configuration, plan or message can loosen. Nothing here reads anything.

Marks of the sources: [S] published and named in the clinical basis, [D] derived there and awaiting a clinician's
signature. Configuration may tighten these numbers, never loosen them.
"""

from typing import Final, NamedTuple

CURRENT_MA: Final = 25.0  # [S: Medscape, up to 25 mA tolerated]
VOLTS: Final = 48.0  # the board's rail; software never asks for more
PATIENT_VOLTS: Final = 44.0  # the setpoint is held so that the patient's volts stay below
RAMP_UP_MA_PER_S: Final = 1.0  # [D] a faster rise is felt as a jolt
RAMP_DOWN_MA_PER_S: Final = 3.0  # [D] planned ramp-down
REVERSAL_DWELL_S: Final = 1.0  # [D] at zero before the other direction
CONTACT_TOTAL_S: Final = 360.0  # all CONTACT of one session together
CHARGE_C_PER_CM2: Final = 0.20  # [D] of nominal area, a session
OUTPUT_TIME_S: Final = 36.5 * 60  # below the treatment timer's earliest trip (40 - 3 min), see hardware 9.1
LEASE_S: Final = 2.0  # the operator's screen must renew within this
ARMED_S: Final = 120.0
CONTACT_S: Final = 120.0
PAUSED_S: Final = 120.0  # PAUSED and CONTACT (resume) together
MARGIN_CODES: Final = 4  # set plus dither stays this many DAC codes below every ceiling
PROBE_MA: Final = 0.5
PROBE_VOLTS: Final = 5.0
ZERO_MA: Final = 0.1  # below this, and open, 'no current flows' may be said


class SiteLimits(NamedTuple):
    """What one site may get (clinical basis, 'Prescription fields, defaults and ceilings') [D]."""

    device_ma: float  # device ceiling
    prescriber_ma: float  # a prescriber may raise to this
    default_ma: float
    nominal_area_cm2: float  # one palm, sole or pad
    density_ma_per_cm2: float
    default_s: float
    max_s: float
    body_min_ohm: float  # least loop resistance a person can have here
    needs_pedal: bool  # hands are in the water: the pedal begins, not a touch

    @property
    def charge_mc(self) -> float:
        """Charge ceiling of a session in millicoulomb: 0.20 C/cm2 of nominal area [D]."""
        return CHARGE_C_PER_CM2 * self.nominal_area_cm2 * 1000.0


# A prescriber may go to two thirds of the density's ceiling over the nominal area, where a hand that leaves its bath
# keeps the area budgets. The clinical basis has 8 mA for underarms and 10 for children, three quarters: too near.
SITES: Final[dict[str, SiteLimits]] = {
    "hands": SiteLimits(25.0, 20.0, 15.0, 150.0, 0.20, 1800.0, 1800.0, 450.0, True),
    "feet": SiteLimits(25.0, 25.0, 20.0, 200.0, 0.20, 1800.0, 1800.0, 300.0, False),
    "underarms": SiteLimits(10.0, 7.0, 5.0, 70.0, 0.15, 1200.0, 1800.0, 200.0, False),
    "child_hands": SiteLimits(15.0, 9.0, 8.0, 90.0, 0.15, 900.0, 1200.0, 450.0, True),
}
