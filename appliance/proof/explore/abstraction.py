"""What an exploration merges and leaves out, and why: the one place that says it. Printed with every result.

Complete means: over these inputs, in every order. What is left out here must be shown elsewhere, as each line says.
"""

from typing import Final

ABSTRACTION: Final[tuple[tuple[str, str], ...]] = (
    (
        "the board",
        "no tolerances; relays travel 10 ms; a person is a resistor behind electrodes",
    ),
    (
        "contact",
        "the probe's verdict is an input of each tick: none, flickering, measured, good. it has its tests",
    ),
    ("current", "flows, does not, flows with the output open, or reads wrong by one monitor's margin and a little"),
    ("time", "a quiet wait is led to one tick before the next threshold of the machine, and over it tick by tick"),
    ("numbers", "a current, charge or time is kept as the thresholds that it has passed: places between two are one"),
    ("monitors", "what they remember is not part of a place: each hazard is held until it must have been answered"),
    ("CONTACT", "whole ticks of 5 ms; its three sub-ticks run the same code in the same order"),
    ("plans", "hands (pedal, reverses half way, every input) and feet (touch, reversed, at every ceiling)"),
    ("commands", "one a tick from each role, and those pairs in one tick that could skip a state; a test has the rest"),
    ("trays", "both move together; whether they were seen out counts between sessions, where a start asks for it"),
    ("the disk", "writes its line at once, later or never; the file itself has its tests"),
)


def in_brief() -> tuple[str, ...]:
    """A line each."""
    return tuple(f"{what}: {how}" for what, how in ABSTRACTION)
