"""The bench's actions as faults of the campaign: every action, with every set of parameters that it says is worth it.

The bench says what can happen; this table says only what each does at the patient, which chooses the budget. An action
without a line takes its family's. What hangs on the state (a DAC that stays where it is) is added here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from appliance.proof.faults.effects import effect_of_action
from appliance.proof.faults.model import Fault
from appliance.proof.faults.rig import Rig
from appliance.sim.actions import ACTIONS, Action, Value

# Not faults: what a person does to be treated at all.
ORDINARY: Final = frozenset(("hands_in", "trays_refilled"))


def _named(name: str, case: Mapping[str, Value]) -> str:
    """The action and the values of its case."""
    return "_".join([name, *(f"{v:g}" if isinstance(v, int | float) else v for v in case.values())])


def _act(name: str, case: Mapping[str, Value]) -> Callable[[Rig], None]:
    return partial(_do, name=name, case=dict(case))


def _do(rig: Rig, name: str, case: Mapping[str, Value]) -> None:
    rig.bench.act(name, **case)


def _code(name: str, case: Mapping[str, Value]) -> int | None:
    """Where DAC1 goes, when the action puts it somewhere."""
    code = case.get("code")
    return code if name == "dac_stuck" and isinstance(code, int) else None


def _over_s(action: Action, case: Mapping[str, Value]) -> float:
    """How long the movement takes, in seconds."""
    for name, unit_s in (("over_s", 1.0), ("out_ms", 1e-3)):
        if name in action.params:
            value = case.get(name, action.params[name].default)
            return unit_s * value if isinstance(value, float | int) else 0.0
    return 0.0


def _of(name: str, action: Action) -> list[Fault]:
    made = []
    for case in action.cases:
        fault = _named(name, case)
        made.append(
            Fault(
                fault,
                effect_of_action(name, fault, action),
                action.help,
                _act(name, case),
                action.needs,
                action.family,
                _over_s(action, case),
                hidden=action.hidden,
                code=_code(name, case),
            )
        )
    return made


# ------------------------------------------------------------ what hangs on the state


def _stuck_here(rig: Rig) -> None:
    rig.bench.act("dac_stuck", code=rig.daemon.gate.code)


def _stuck_above(share: float, rig: Rig) -> None:
    code = rig.daemon.gate.code
    rig.bench.act("dac_stuck", code=min(4095, max(code + 1, round(code * share))))


def _lift(rig: Rig, over_s: float) -> None:
    rig.bench.act("lift", to_area_cm2=10.0, over_s=over_s, hand="left")


def _held_pedal(rig: Rig) -> None:
    rig.bench.act("pedal", hold_s=60.0)


def _hands_back(rig: Rig) -> None:
    """Out and in again within a third of a second: the electric fence."""
    rig.bench.act("hands_out", over_s=0.02)
    rig.after(0.3, partial(rig.bench.act, "hands_in"))


ADDED: Final[tuple[Fault, ...]] = (
    Fault("dac_stuck_here", "stuck", "DAC1 stays where it is", _stuck_here, "energised", "dac"),
    Fault("dac_stuck_3", "over_little", "DAC1 stays 3 % above", partial(_stuck_above, 1.03), "energised", "dac"),
    Fault("dac_stuck_8", "over", "DAC1 stays 8 % above", partial(_stuck_above, 1.08), "energised", "dac"),
    Fault("dac_stuck_50", "over", "DAC1 stays 50 % above", partial(_stuck_above, 1.5), "energised", "dac"),
    *(
        Fault(f"lift_{s:g}", "area", f"a hand lifts over {s:g} s", partial(_lift, over_s=s), "hands_in", "patient", s)
        for s in (0.02, 0.5, 3.0, 10.0)
    ),
    Fault("hands_back", "open", "hands out and in again", _hands_back, "hands_in", "patient", 0.02),
    Fault("pedal_held", "pedal", "the pedal stays pressed", _held_pedal, family="interlock"),
)


def bench_faults() -> tuple[Fault, ...]:
    """All of them, in the bench's order."""
    found: list[Fault] = []
    for name, action in ACTIONS.items():
        if name not in ORDINARY:
            found += _of(name, action)
    return (*found, *ADDED)
