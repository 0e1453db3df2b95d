"""The lift table passes what safety.md allows, fails what it does not, and never passes a lift that did not happen."""

import pytest
from rich.console import Console

from appliance.proof.lift import OVER_S, SITE_OF, LiftCell, LiftFelt, lift_cells, lift_script, lift_table
from appliance.sim.script import Script, parse_script


def felt(ratio: float, ms: float = 0.0, excess: float = 0.0, lifted: bool = True) -> LiftFelt:
    return LiftFelt(lifted, 0.25 * ratio, 0.25, ms, excess)


@pytest.mark.parametrize(
    ("over_s", "given", "passes"),
    [
        (60.0, felt(1.09, 5000, 50), True),
        (1.0, felt(1.11), False),
        (0.3, felt(1.5, 20), True),
        (0.3, felt(1.51, 1), False),
        (0.05, felt(1.2, 20.1), False),
        (0.02, felt(7.5, 25, 10), True),
        (0.02, felt(7.5, 25.1, 1), False),
        (0.02, felt(7.5, 1, 10.1), False),
        (3.0, felt(0.1, lifted=False), False),
    ],
)
def test_each_speed_has_its_budget(over_s: float, given: LiftFelt, passes: bool) -> None:
    assert LiftCell("typical_palm", over_s, given).passes is passes


def test_the_grid_is_every_phenotype_at_every_speed_on_its_own_site() -> None:
    ran: list[Script] = []

    def run(script: Script) -> LiftFelt:
        ran.append(script)
        return felt(0.5)

    cells = list(lift_cells(run, seed=7))
    assert {(cell.phenotype, cell.over_s) for cell in cells} == {(who, s) for who in SITE_OF for s in OVER_S}
    assert all(script.patient.site == SITE_OF[script.patient.phenotype] for script in ran)
    assert all(script.patient.seed == 7 for script in ran)


def test_the_script_is_what_a_person_would_write() -> None:
    written = parse_script(
        "[[at]]\nstate = 'CONTACT'\ndo = 'hands_in'\n"
        "[[at]]\nstate = 'HOLD'\nafter_s = 20\ndo = 'lift'\nto_area_cm2 = 10\nover_s = 0.3\n",
        "written",
    )
    made = lift_script("typical_palm", 0.3, 1)
    assert [step._replace(line=0) for step in written.steps] == list(made.steps)


def test_the_table_says_simulated_and_shows_failures_in_words() -> None:
    cells = [
        LiftCell("dry_palm", 0.3, felt(1.9, 44.4)),
        LiftCell("dry_palm", 3.0, felt(1.0)),
        LiftCell("underarm", 3.0, felt(0.0, lifted=False)),
    ]
    console = Console(width=160, no_color=True)
    with console.capture() as capture:
        console.print(lift_table(cells))
    text = capture.get()
    for expected in ("SIMULATED", "1.90 x · 44.4 ms", "FAIL", "pass", "never lifted", "≤ 1.5 x · ≤ 20 ms"):
        assert expected in text
