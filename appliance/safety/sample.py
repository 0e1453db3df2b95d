"""What one tick measured, beside what was commanded when it was measured. The monitors see nothing else.

One object lives as long as the daemon and is rewritten each tick, so that a tick allocates nothing for it.
A channel that was not converted this tick is None, never an old value that looks new.
"""

from typing import Literal

State = Literal[
    "SELF_TEST", "IDLE", "ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "PAUSED", "DONE", "FAULT"
]


class Sample:
    """Measurements and commands of one tick. Currents in mA, voltages in V, times in monotonic ns."""

    __slots__ = (
        "area_cm2",
        "asked_compliance_v",
        "asked_reversed",
        "compliance_v",
        "config_ok",
        "contact_c_f",
        "density_ceiling_ma_per_cm2",
        "dither_ma",
        "e_stop",
        "enabled",
        "enabled_since_ns",
        "latch_tripped",
        "late_ns",
        "lease_lost",
        "output_closed",
        "patient_v",
        "pedal",
        "polarity_since_ns",
        "r_inst_ohm",
        "ramp_base_ma",
        "relay_open",
        "return_ma",
        "reversed",
        "saturated",
        "set_code",
        "set_ma",
        "set_volts_code",
        "site_ceiling_ma",
        "source_ma",
        "state",
        "t_ns",
        "tray_out",
        "volts_age_s",
        "watchdog_ok",
    )

    def __init__(self) -> None:
        """Everything off, nothing measured."""
        self.t_ns = 0
        self.state: State = "SELF_TEST"
        self.late_ns = 0
        # measured this tick
        self.return_ma = 0.0
        self.source_ma: float | None = None
        self.patient_v: float | None = None
        self.volts_age_s: float | None = None  # from the set's last step to the middle of that conversion
        self.compliance_v: float | None = None
        self.set_volts_code: float | None = None  # DAC1's own output, in codes
        self.config_ok: bool | None = None
        self.saturated = False  # a reading of this tick was at the end of its range: it is no measurement
        # commanded while that was measured
        self.set_ma = 0.0  # with dither
        self.dither_ma = 0.0
        self.ramp_base_ma = 0.0  # without dither
        self.set_code = 0
        self.asked_compliance_v = 0.0
        self.enabled = False
        self.enabled_since_ns = 0  # when `enabled` last changed
        self.output_closed = False  # enabled long enough for K1 to have closed
        self.asked_reversed = False
        self.polarity_since_ns = 0
        # interlock inputs
        self.e_stop = False
        self.pedal = True  # until it was seen released
        self.tray_out = False
        self.latch_tripped = False
        self.watchdog_ok = True
        self.relay_open = True
        self.reversed = False
        self.lease_lost = False
        # of this session
        self.site_ceiling_ma = 0.0
        self.area_cm2 = 0.0
        self.density_ceiling_ma_per_cm2 = 0.0
        self.r_inst_ohm = 0.0
        self.contact_c_f = 0.0  # C_s that CONTACT found; 0 before that
