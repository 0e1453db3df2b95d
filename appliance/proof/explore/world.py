"""What the machine is told in one step: people, water, wires and parts as abstract inputs, each normal unless said.

Every input is free in every step: the world remembers nothing, so no order of events is left out. It decides nothing.
"""

from typing import Literal

from appliance.treatment.contact import Verdict
from appliance.treatment.signature import Signature

Bus = Literal["ok", "reads_fail", "writes_fail"]
Break = Literal["none", "poll", "status", "sense"]  # where an exception is raised in the tick

PALM = Signature(690.0, 1310.0, 0.0045)  # a typical palm


class World:
    """The inputs of one step. `calm` makes all of them normal."""

    opaque = True  # for a memento: what is told is no part of the machine

    def __init__(self) -> None:
        self.calm()

    def calm(self) -> None:
        """Nobody touches anything and every part works."""
        self.pedal = False
        self.tray_out = False
        self.e_stop = False
        self.screen_alive = True  # the operator's screen renews its lease
        self.verdict: Verdict = "seeking"  # of the contact probe
        self.conducts = True  # a person is in the circuit
        self.skin = 1.0  # resistance of the loop, of the usual one
        self.capacitance = 1.0  # of the skin, of what CONTACT found: the share of it in the water
        self.lingers_ma = 0.0  # current that flows although the output is open
        self.return_off_ma = 0.0
        self.source_off_ma = 0.0
        self.reads_ma: float | None = None  # both sensors; None: what flows, and their offsets
        self.saturated = False
        self.return_frozen = False
        self.compliance_off_v = 0.0
        self.set_volts_gain = 1.0
        self.set_volts_off_codes = 0
        self.config_lost = False
        self.relay_reads: bool | None = None  # open? None: the truth
        self.polarity_reads: bool | None = None
        self.latch_reads: bool | None = None
        self.watchdog_reads: bool | None = None
        self.dummy_out = False  # K3 has fallen, or never pulled
        self.comparators_dead = False
        self.shift_dead = False
        self.late_ns = 0
        self.bus: Bus = "ok"
        self.breaks: Break = "none"
        self.disk_slow = False
        self.disk_fails = False
        self.recorder = True
