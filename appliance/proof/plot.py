"""The picture of a session: set, measured, felt, volts and resistance over time, the states shaded.

Drawn for a clinician: minutes along the bottom, three panels, one colour a state, 'simulated' across the top.
"""

from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from appliance.proof.simulate import Simulation

STATE_COLOURS: Final[dict[str, str]] = {
    "ARMED": "#ece7dd",
    "CONTACT": "#d9e8e6",
    "RAMP_UP": "#cfe3f1",
    "HOLD": "#ffffff",
    "RAMP_DOWN": "#e4dcef",
    "REVERSE": "#fbe7b4",
    "PAUSED": "#f7d488",
    "DONE": "#e6efe0",
    "FAULT": "#f6ddd8",
}
TEAL: Final = "#0b4f55"


def draw(simulation: Simulation, title: str, path: Path) -> None:
    """Write one PNG (or whatever the ending of `path` says)."""
    figure = Figure(figsize=(11, 7), layout="constrained")
    current, volts, resistance = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 2))
    trace, armed_min = simulation.trace, _armed_min(simulation)
    first = sum(t / 60.0 < armed_min for t in trace.t_s)  # the self-test before it runs on the dummy load
    minutes = [t / 60.0 for t in trace.t_s[first:]]
    current.plot(minutes, trace.felt_ma[first:], color="#e0a458", lw=4.0, label="felt by the patient")
    current.plot(minutes, trace.measured_ma[first:], color=TEAL, lw=1.4, label="measured")
    current.plot(minutes, trace.set_ma[first:], color="#1f2625", lw=0.9, ls="--", label="set")
    current.set_ylabel("current, mA")
    current.legend(loc="lower right", frameon=False)
    volts.plot(minutes, trace.patient_v[first:], color=TEAL, lw=1.2)
    volts.set_ylabel("at the patient, V")
    resistance.plot(minutes, [r / 1000.0 for r in trace.resistance_ohm[first:]], color=TEAL, lw=1.2)
    resistance.set_ylabel("loop, kΩ")
    resistance.set_xlabel("minutes")
    for axes in (current, volts, resistance):
        _shade(axes, simulation)
        axes.set_ylim(bottom=0.0)
        axes.set_xlim(armed_min, trace.t_s[-1] / 60.0)
        axes.spines[["top", "right"]].set_visible(False)
    used = [state for state in STATE_COLOURS if any(phase.state == state for phase in simulation.phases)]
    patches = [Patch(facecolor=STATE_COLOURS[state], edgecolor="#c9c3b8", label=state) for state in used]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches), frameon=False, fontsize="small")
    figure.suptitle(f"{title}\nSIMULATED DEVICE - no current flowed through anyone", fontsize="medium")
    figure.savefig(path, dpi=110)


def _armed_min(simulation: Simulation) -> float:
    """Where a person comes in."""
    return next((phase.start_s / 60.0 for phase in simulation.phases if phase.state == "ARMED"), 0.0)


def _shade(axes: Axes, simulation: Simulation) -> None:
    for phase in simulation.phases:
        colour = STATE_COLOURS.get(phase.state)
        if colour is not None:
            axes.axvspan(phase.start_s / 60.0, phase.end_s / 60.0, color=colour, lw=0, zorder=0)
