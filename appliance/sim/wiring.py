"""The loop as it is wired at this moment: relays, breaks, shorts, and the sums of resistances that follow from them.

Others set what is here; `circuit` solves it in time. It never lets time pass and never decides anything.
"""

import math
from enum import Enum
from typing import Final

from appliance.config import Board
from appliance.sim.felt import Felt
from appliance.sim.leaks import Leaks
from appliance.sim.patient import Patient
from appliance.sim.sink import Sink
from appliance.sim.tolerances import Parts

ADC_CLAMP_V: Final = 5.3  # 4.7 k and BAT54S at the ADC's inputs
OPEN_NODE_V: Final = 7.1  # deck 08: the node above an open R_M
AMPLIFIER_TOP_V: Final = 5.0  # INA240 at its rail: more than 48 V over an open R_HS


class Break(Enum):
    """Where the loop can be open, apart from relays, leads, fuse and hands."""

    LIMITER = 1  # R_LIM, or Q2 that no longer conducts
    SOURCE = 2  # R_HS
    TRANSISTOR = 3  # Q3
    MEASURE = 4  # R_M
    FEEDBACK = 5  # R_S


_ABOVE: Final = frozenset((Break.LIMITER, Break.SOURCE))


class Wiring:
    """What is connected to what."""

    def __init__(self, board: Board, parts: Parts, patient: Patient, felt: Felt) -> None:
        self.parts = parts
        self.patient = patient
        self.felt = felt
        self.sink = Sink(board, parts)
        self.leaks = Leaks()
        # inputs
        self.out_ok = False
        self.k1_closed = False
        self.polarity = 1  # 1 rest, -1 reversed, 0 while K2's contacts travel
        self.dummy = False
        self.leads_ok = True
        self.fuse_ok = True
        self.set_dac_v = 0.0
        self.compliance_v = 0.0
        self.compliance_to_v = 0.0
        # faults
        self.breaks: set[Break] = set()
        self.high_side_shorted = False  # Q2: neither switch nor limiter
        self.clamp_open = False  # the clamp that holds Q3's gate at 0 V without OUT_OK
        # outputs
        self.current_a = 0.0  # through R_S
        self.source_a = 0.0
        self.patient_a = 0.0  # signed, in the patient's direction
        self.dummy_a = 0.0  # through the dummy load, while it is in place
        self.load_v = 0.0  # between the taps of the patient's volts
        self.tap_ohm = board.adc.patient_volts.tap_ohm
        self._on_ohm = board.sink.q3_on_ohm
        self.measure()

    def measure(self) -> None:
        """Sums of the parts as they are: whoever changes a part, a break or a leak calls it."""
        p = self.parts
        self._limit_a = math.inf if self.high_side_shorted else p.limiter_ma * 1e-3
        self._head_ohm = p.r_limit_ohm + self._on_ohm + p.r_source_ohm
        self._sense_ohm = p.r_measure_ohm + p.r_sense_ohm
        self._board_ohm = self._head_ohm + self._sense_ohm
        self._source_gain_ohm = p.source_gain * p.r_source_ohm
        self._whole = not self.breaks
        self._leaky = self.leaks.any

    @property
    def through_patient(self) -> bool:
        """Whether the relays lead to the patient's leads."""
        return self.k1_closed and self.polarity != 0 and self.leads_ok and self.fuse_ok

    @property
    def loaded(self) -> bool:
        """Whether anything joins the two ends of the board."""
        return self.dummy or (self.through_patient and self.patient.connected)

    @property
    def closed(self) -> bool:
        """Whether current can flow."""
        return self._driven and self._whole and self.loaded

    @property
    def _driven(self) -> bool:
        """Both ends on: one of Q2 and the sink is enough to cut."""
        return self.out_ok or (self.high_side_shorted and (self.sink.shorted or self.clamp_open))

    # ------------------------------------------------------------ numbers

    def _outer_ohm(self) -> float:
        """What lies between the taps, without skin."""
        return self.parts.dummy_ohm if self.dummy else self.patient.r_inst_ohm

    def _loop_ohm(self) -> float:
        return self._board_ohm + (self.parts.dummy_ohm if self.dummy else self.patient.r_inst_ohm)

    def _emf(self) -> float:
        """Volts of skin and electrodes against the loop's current."""
        if self.dummy:
            return 0.0
        left, right = self.patient.left, self.patient.right
        return self.polarity * (left.v + right.v + left.e_v + right.e_v)

    def _drain_a(self) -> float:
        """The volts tap's share that flows through the patient but not through R_S."""
        top_v = self.compliance_v - self.current_a * self._head_ohm
        return (top_v - self.load_v) / self.tap_ohm if top_v > self.load_v else 0.0

    def _source_a(self, through_a: float) -> float:
        """What R_HS carries: the loop's current and the tap at its top."""
        return through_a + (self.compliance_v - through_a * self._head_ohm) / self.tap_ohm

    # ------------------------------------------------------------ what the taps see

    def _open_ends(self, supply_v: float) -> tuple[float, float]:
        """A loop that carries nothing: volts that wait between its taps, and amperes that the taps take over R_HS."""
        if not (self.out_ok or self.high_side_shorted) or not self.breaks.isdisjoint(_ABOVE):
            return 0.0, 0.0
        if self.loaded:  # the load joins both taps, and nothing below pulls
            return 0.0, 2.0 * supply_v / self.tap_ohm
        return supply_v, supply_v / self.tap_ohm

    def _comparator_v(self, current_a: float, source_a: float) -> tuple[float, float]:
        """Volts at the inputs of both comparators; a resistor that is open lifts its own."""
        if self._whole:
            return current_a * self._sense_ohm, source_a * self._source_gain_ohm
        if not (self.out_ok and self.loaded and self.sink.gate_v):
            return 0.0, 0.0
        return_v = min(self.compliance_v, OPEN_NODE_V) if Break.MEASURE in self.breaks else 0.0
        open_v = min(self.compliance_v * self.parts.source_gain, AMPLIFIER_TOP_V)
        return return_v, open_v if Break.SOURCE in self.breaks else 0.0

    def sense_v(self) -> float:
        """Volts over R_M now."""
        return self._sense_v(self.current_a)

    def _sense_v(self, current_a: float) -> float:
        if not self._whole:
            return min(self._comparator_v(0.0, 0.0)[0], ADC_CLAMP_V)
        return current_a * self.parts.r_measure_ohm

    def open_source_v(self) -> float:
        """What the source's amplifier makes of an open R_HS: its rail, as soon as something pulls at it."""
        return self._comparator_v(0.0, 0.0)[1]
