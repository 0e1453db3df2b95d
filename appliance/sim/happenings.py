"""What each action does to the bench, and what follows by itself later. Names and bounds are in `actions.ACTIONS`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.mcp4725 import FACTORY_CODE
from appliance.sim.wiring import Break
from appliance.units import ns_from_ms, ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

HANDS_IN_S: Final = 0.3  # [D] from the first touch to flat in the water
SHORT_OHM: Final = 0.05  # deck 08: a shorted sense resistor


def _hands_in(bench: "Bench") -> None:
    bench.patient.hands_in(bench.now_ns, ns_from_s(HANDS_IN_S))


def _hands_out(bench: "Bench", over_s: float) -> None:
    for side in (bench.patient.left, bench.patient.right):
        bench.patient.move(side, 0.0, bench.now_ns, ns_from_s(over_s))


def _lift(bench: "Bench", to_area_cm2: float, over_s: float, hand: str) -> None:
    patient = bench.patient
    sides = {"left": (patient.left,), "right": (patient.right,), "both": (patient.left, patient.right)}[hand]
    for side in sides:
        patient.move(side, to_area_cm2, bench.now_ns, ns_from_s(over_s))


def _salt(bench: "Bench", teaspoons: float) -> None:
    bench.patient.salt(teaspoons)


def _pedal(bench: "Bench", hold_s: float) -> None:
    bench.panel.show("foot_pedal", True)
    bench.later(ns_from_s(hold_s), "pedal_up")


def _pedal_up(bench: "Bench") -> None:
    bench.panel.show("foot_pedal", False)


def _estop(bench: "Bench", release: bool) -> None:
    """Poles 1 (ENABLE), 2 (rails) and 3 (input) together."""
    bench.protection.e_stop = not release
    bench.panel.show("e_stop", not release)
    bench.power(release)


def _tray_out(bench: "Bench", side: str, back: bool) -> None:
    bench.panel.show(f"tray_{side}", not back)


def _lead_break(bench: "Bench", restore: bool) -> None:
    bench.circuit.leads_ok = restore


def _lead_flicker(bench: "Bench", ms: float, count: int) -> None:
    bench.circuit.leads_ok = False
    bench.later(ns_from_ms(ms), "lead_closes", ms, count - 1)


def _lead_closes(bench: "Bench", ms: float, left: int) -> None:
    bench.circuit.leads_ok = True
    bench.changed()
    if left:
        bench.later(ns_from_ms(ms), "lead_opens", ms, left)


def _lead_opens(bench: "Bench", ms: float, left: int) -> None:
    _lead_flicker(bench, ms, left)
    bench.changed()


def _short(bench: "Bench") -> None:
    bench.patient.replace("cable_short")


def _one_tray(bench: "Bench") -> None:
    bench.patient.replace("one_tray")


def _dac_stuck(bench: "Bench", code: int) -> None:
    bench.set_dac.stuck_code = code


def _dac_midscale(bench: "Bench") -> None:
    for dac in (bench.set_dac, bench.compliance_dac):
        dac.set_eeprom(FACTORY_CODE, 0)
        dac.brown_out()


def _adc_freeze(bench: "Bench") -> None:
    bench.return_adc.freeze()


def _adc_reset(bench: "Bench") -> None:
    bench.return_adc.brown_out()


def _adc_swap(bench: "Bench") -> None:
    bench.bus.swap(bench.return_adc.address, bench.monitor_adc.address)


def _sense_open(bench: "Bench") -> None:
    bench.circuit.breaks.add(Break.MEASURE)


def _sense_short(bench: "Bench") -> None:
    bench.parts.r_measure_ohm = SHORT_OHM


def _i2c_nack(bench: "Bench", address: int, restore: bool) -> None:
    if restore:
        bench.nacked.discard(address)
    else:
        bench.nacked.add(address)
    bench.silence()


def _i2c_hang(bench: "Bench", restore: bool) -> None:
    bench.bus.hang = not restore


def _supply_drop(bench: "Bench", for_s: float) -> None:
    bench.power(False)
    bench.later(ns_from_s(for_s), "supply_back")


def _supply_back(bench: "Bench") -> None:
    if not bench.protection.e_stop:
        bench.power(True)


def _relay_weld(bench: "Bench") -> None:
    bench.relays.welded = True


def _polarity_weld(bench: "Bench") -> None:
    bench.relays.k2.stuck = True


def _watchdog_dead(bench: "Bench") -> None:
    bench.protection.watchdog_dead = True


def _latch_dead(bench: "Bench") -> None:
    bench.protection.latch_dead = True


# Parameters were checked against the table before they come here; mypy cannot follow them.
NOW: Final[Mapping[str, Callable[..., None]]] = {
    "hands_in": _hands_in,
    "hands_out": _hands_out,
    "lift": _lift,
    "salt": _salt,
    "pedal": _pedal,
    "estop": _estop,
    "tray_out": _tray_out,
    "lead_break": _lead_break,
    "lead_flicker": _lead_flicker,
    "short": _short,
    "one_tray": _one_tray,
    "dac_stuck": _dac_stuck,
    "dac_midscale": _dac_midscale,
    "adc_freeze": _adc_freeze,
    "adc_reset": _adc_reset,
    "adc_swap": _adc_swap,
    "sense_open": _sense_open,
    "sense_short": _sense_short,
    "i2c_nack": _i2c_nack,
    "i2c_hang": _i2c_hang,
    "supply_drop": _supply_drop,
    "relay_weld": _relay_weld,
    "polarity_weld": _polarity_weld,
    "watchdog_dead": _watchdog_dead,
    "latch_dead": _latch_dead,
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "pedal_up": _pedal_up,
    "lead_closes": _lead_closes,
    "lead_opens": _lead_opens,
    "supply_back": _supply_back,
}
