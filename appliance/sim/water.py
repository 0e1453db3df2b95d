"""Water: what a tray of it adds to the loop. Salt only ever makes it conduct better."""

from typing import Final

DISTILLED_US_PER_CM: Final = 2.0  # clinical.md, the load: distilled 0.5-5 [S]
PLATE_GAP_CM: Final = 1.0  # clinical.md, the load: d, plate to skin
TOWEL_FACTOR: Final = 2.0  # clinical.md, the load: k, towel or foam between
ONE_TRAY_OHM_US_PER_CM: Final = 167_000.0  # clinical.md: 0.33 kohm at 500, 1.7 at 100, 3.3 at 50 uS/cm [D]
US_PER_CM_PER_TEASPOON: Final = 2000.0  # [B] 5 g of baking soda in 2 litres


def bath_ohm(conductivity_us_per_cm: float, area_cm2: float) -> float:
    """Ohms of one tray between plate and skin: rho_water d / A k (300 uS/cm over 150 cm2: 44 ohm)."""
    return 1e6 / conductivity_us_per_cm * PLATE_GAP_CM / area_cm2 * TOWEL_FACTOR


def one_tray_ohm(conductivity_us_per_cm: float) -> float:
    """Ohms between both plates lying in one tray."""
    return ONE_TRAY_OHM_US_PER_CM / conductivity_us_per_cm


def salted(conductivity_us_per_cm: float, teaspoons: float) -> float:
    """Conductivity after `teaspoons` of baking soda went into each tray."""
    return conductivity_us_per_cm + US_PER_CM_PER_TEASPOON * teaspoons
