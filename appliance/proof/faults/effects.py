"""What each of the bench's faults does at the patient of a closed loop: the one thing that chooses its budget.

By action; by one case of it where the case matters; else by the action's family, and 'mute' where the bench calls it
hidden. It is physics and design, not what a
run showed.
"""

from collections.abc import Mapping
from typing import Final

from appliance.proof.faults.model import Effect
from appliance.sim.actions import Action

OF_FAMILY: Final[Mapping[str, Effect]] = {
    "patient": "area",
    "water": "none",
    "lead": "open",
    "sensor": "lie",
    "dac": "over",
    "bus": "bus",
    "relay": "mute",
    "interlock": "blind",
    "protection": "mute",
    "supply": "supply",
}
_WITH: Final[Mapping[Effect, tuple[str, ...]]] = {
    # what people do
    "jerk": ("jerk",),
    "open": (
        "other_person", "relay_dead", "relay_contact_open", "gpio_dead", "sink_open", "fuse_blown",
        "sense_open", "feedback_open", "source_sense_open", "limiter_open", "regulator_open",
    ),
    "area": ("tray_dry", "hand_swap"),
    "none": (
        "hands_touch", "sweat", "skin_breaks", "cut", "electrode_loose", "hum", "earth_touch", "isolation_fails",
        "i2c_nack_once", "dac_reset", "logic_sag", "rail",
    ),
    "pedal": ("pedal",),
    "deaf": ("pedal_stuck", "tray_stuck"),
    "wire": ("estop", "estop_wire"),
    "interlock": ("tray_out",),
    # K3 under current: the loop opens, then the charged skin empties itself into the dummy load
    "remake": ("lead_flicker", "polarity_bounce"),
    "load": ("short", "one_tray"),
    # what the board does
    "over": ("feedback_short", "sink_short", "vref_drift"),
    "over_blind": ("return_leak",),
    "lie": ("source_leak",),
    "frozen": ("adc_freeze",),
    "blind": (
        "volts_tap_open", "volts_tap_short", "adc_bit_stuck", "adc_gain_drift", "monitor_mux_stuck", "dac_bit_stuck",
        "mirror_stuck", "polarity_readback_stuck", "dummy_relay_stuck", "timer_early",
    ),
    "volts": ("compliance_tap_open", "set_tap_open", "compliance_stuck", "regulator_short"),
    "under": ("set_wire_open",),
    "glitch": ("i2c_noise", "general_call"),  # until the next write, which brings the chip's value back
    "late": ("i2c_slow",),
    "unkicked": ("kick_stuck", "pump_dead", "watchdog_trips", "latch_trips"),
}  # fmt: skip
OF_ACTION: Final[Mapping[str, Effect]] = {name: effect for effect, names in _WITH.items() for name in names}
# Where one set of parameters differs from its action.
OF_FAULT: Final[Mapping[str, Effect]] = {
    "pedal_stuck_1": "pedal",
    "tray_stuck_1": "interlock",
    "estop_line_stuck_1": "wire",
    "estop_line_stuck_0": "mute",  # as a stuck pole: only a person's press shows it
    "enable_stuck_0": "open",
    "dummy_line_stuck_1": "remake",
    "dummy_relay_stuck_1": "remake",
    "i2c_nack_99": "mute",  # DAC2: written only when the volts must change
    "i2c_slow_4": "none",
    "adc_freeze_monitor": "volts",  # every channel reads alike
    "adc_reset_monitor": "none",  # each of its conversions brings its own configuration
    "adc_pointer_stuck_monitor": "volts",
    "dac_bit_stuck_11": "over",
    "dac_bit_stuck_8": "over",
    "dac_drift_compliance": "volts",
    "dac_reset_compliance": "glitch",
    "compliance_stuck_0": "under",
    "general_call_wake": "none",
    "vref_drift_0.05": "over_little",
    "vref_drift_-0.2": "under",
    "regulator_open": "under",
    "logic_sag_1.5": "supply",
    "rail_15": "remake",  # five seconds of too few volts, then they are back
    "supply_drop_0.001": "none",
}


def effect_of_action(name: str, fault: str, action: Action) -> Effect:
    """Of one case of one action."""
    return OF_FAULT.get(fault) or OF_ACTION.get(name) or ("mute" if action.hidden else OF_FAMILY[action.family])
