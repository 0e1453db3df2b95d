"""What the pins of both ADCs see: the circuit's recent past through resistors, amplifiers and mains hum.

It reads the circuit and never changes it, except that it may have it solved up to the end of a conversion's window.
"""

from collections.abc import Callable
from typing import Final

from appliance.sim.circuit import LONGEST_STEP_S, Circuit
from appliance.sim.history import BASE, FLOW, SOURCE, SUPPLY
from appliance.sim.patient import Patient
from appliance.sim.tolerances import Parts
from appliance.sim.wiring import Break
from appliance.units import NS_PER_S

_LOOK_AHEAD_NS: Final = round(LONGEST_STEP_S * NS_PER_S)
_DIFFERENTIAL, _AIN0, _AIN1, _AIN2, _AIN3 = 0, 4, 5, 6, 7  # MUX codes that have a meaning on this board


class FrontEnd:
    """Both chips' inputs. `sync` has the bench solve the circuit up to now."""

    __slots__ = ("_circuit", "_parts", "_patient", "_sync", "hum_leak_a")

    def __init__(self, circuit: Circuit, parts: Parts, patient: Patient, sync: Callable[[], None]) -> None:
        self._circuit = circuit
        self._parts = parts
        self._patient = patient
        self._sync = sync
        self.hum_leak_a = 0.0  # a fault: amplitude of mains current that enters at the patient and leaves over R_M

    def _ready(self, t1_ns: int) -> None:
        """Have the circuit solved as far as a conversion's window needs."""
        circuit = self._circuit
        if t1_ns > circuit.t_ns and not (circuit.sure and t1_ns - circuit.t_ns < _LOOK_AHEAD_NS):
            self._sync()

    def _hum(self, t0_ns: int, t1_ns: int) -> float:
        """Mains hum over a window, as a factor on what flows through a person."""
        circuit = self._circuit
        if circuit.dummy or not self._patient.has_skin:
            return 1.0
        return 1.0 + self._patient.hum_share * circuit.history.hum_mean(t0_ns, t1_ns)

    def return_v(self, mux: int, t0_ns: int, t1_ns: int) -> float:
        """Pins of 0x48: AIN0 above R_M, AIN1 above R_S."""
        self._ready(t1_ns)
        circuit, parts = self._circuit, self._parts
        sense_v = circuit.history.mean(FLOW, t0_ns, t1_ns, circuit.sense_v()) * self._hum(t0_ns, t1_ns)
        if self.hum_leak_a and circuit.closed:
            circuit.felt.hum(self.hum_leak_a * 1000.0)
            sense_v += self.hum_leak_a * circuit.history.hum_mean(t0_ns, t1_ns) * parts.r_measure_ohm
        if mux == _DIFFERENTIAL:
            return sense_v
        below_v = sense_v / parts.r_measure_ohm * parts.r_sense_ohm
        return sense_v + below_v if mux == _AIN0 else below_v if mux == _AIN1 else 0.0

    def monitor_v(self, mux: int, t0_ns: int, t1_ns: int) -> float:
        """Pins of 0x49: patient volts, V_COMP, source current, DAC1's output."""
        self._ready(t1_ns)
        circuit, parts = self._circuit, self._parts
        history = circuit.history
        if mux == _AIN2:
            if circuit.breaks and Break.SOURCE in circuit.breaks:
                return circuit.open_source_v()
            source_a = history.mean(SOURCE, t0_ns, t1_ns, circuit.source_a) * self._hum(t0_ns, t1_ns)
            return (source_a + parts.source_offset_ma * 1e-3) * parts.source_gain * parts.r_source_ohm
        if mux == _AIN1:
            if circuit.compliance_v != circuit.compliance_to_v:
                self._sync()
            return history.mean(SUPPLY, t0_ns, t1_ns, circuit.compliance_v) * parts.compliance_volts_gain
        if mux == _AIN3:
            middle_ns = (t0_ns + t1_ns) // 2
            dac_v = circuit.set_dac_v if middle_ns >= circuit.t_ns else history.at_set(middle_ns)
            return dac_v * parts.set_volts_gain
        if mux != _AIN0:
            return 0.0
        base_v, skins = circuit.ahead()
        base_v = history.mean(BASE, t0_ns, t1_ns, base_v) * self._hum(t0_ns, t1_ns)
        return (base_v + history.skin_mean(t0_ns, t1_ns, skins)) * parts.patient_volts_gain
