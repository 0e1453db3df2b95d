"""The lift table passes what safety.md allows, fails what it does not, and never passes a lift that did not happen."""

import pytest
from rich.console import Console

from appliance.config import load_board
from appliance.proof.lift import LiftCell, LiftFelt, lift_table, run_lift


def felt(ratio: float, ms: float = 0.0, excess: float = 0.0, lifted: bool = True) -> LiftFelt:
    return LiftFelt(lifted, 0.25 * ratio, 0.25, ms, excess)


def printed(cells: list[LiftCell]) -> str:
    console = Console(width=160, no_color=True)
    with console.capture() as capture:
        console.print(lift_table(cells))
    return capture.get()


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


@pytest.mark.parametrize(("phenotype", "over_s"), [("typical_palm", 0.02), ("typical_palm", 0.3), ("underarm", 3.0)])
def test_a_lifted_hand_is_let_go_within_its_budget(phenotype: str, over_s: float) -> None:
    given = run_lift(load_board(), phenotype, over_s, seed=3)
    assert given.lifted_under_current
    assert LiftCell(phenotype, over_s, given).passes


def test_of_several_seeds_the_table_shows_the_worst_of_each_number() -> None:
    cells = [
        LiftCell("dry_palm", 0.3, felt(1.21, 19.0, 0.1), seed=1),
        LiftCell("dry_palm", 0.3, felt(1.0, 33.3, 0.2), seed=2),
        LiftCell("dry_palm", 0.3, felt(1.1, 2.0, 0.77), seed=3),
    ]
    text = printed(cells)
    assert "1.21 x · 33.3 ms · 0.77 µC" in text
    assert "FAIL" in text
    assert "pass" not in text


def test_one_seed_in_which_nothing_was_lifted_is_not_hidden_by_another() -> None:
    text = printed([LiftCell("dry_palm", 3.0, felt(1.0)), LiftCell("dry_palm", 3.0, felt(0.0, lifted=False), seed=2)])
    assert "never lifted" in text


def test_the_table_says_simulated_and_shows_failures_in_words() -> None:
    cells = [
        LiftCell("dry_palm", 0.3, felt(1.9, 44.4)),
        LiftCell("dry_palm", 3.0, felt(1.0)),
        LiftCell("underarm", 3.0, felt(0.0, lifted=False)),
    ]
    text = printed(cells)
    for expected in ("SIMULATED", "1.90 x · 44.4 ms", "FAIL", "pass", "never lifted", "≤ 1.5 x · ≤ 20 ms"):
        assert expected in text
