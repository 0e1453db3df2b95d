"""A board with one defect, for as long as a whole self-test: it must end in FAULT, before anyone is treated.

One row for each. A defect that the abstract board cannot have is tested on the bench; it must never be left out there.
"""

from typing import TYPE_CHECKING, Final

from appliance.proof.explore.event import Event

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

LONGEST_TICKS: Final = 2000  # of a self-test
DEFECTS: Final[tuple[tuple[str, str, object], ...]] = (
    ("the red switch is pushed", "e_stop", True),
    ("the watchdog is never discontent", "watchdog_reads", True),
    ("the watchdog is never content", "watchdog_reads", False),
    ("the latch always reads tripped", "latch_reads", True),
    ("the latch always reads set", "latch_reads", False),
    ("K1's read-back always says open", "relay_reads", True),
    ("K1's read-back always says closed", "relay_reads", False),
    ("K2's read-back always says reversed", "polarity_reads", True),
    ("K2's read-back always says normal", "polarity_reads", False),
    ("the dummy load's relay does not pull", "dummy_out", True),
    ("no comparator trips", "comparators_dead", True),
    ("the comparators' test shift is dead", "shift_dead", True),
    ("the return current reads 0.1 mA too much", "return_off_ma", 0.1),
    ("the source current reads 0.3 mA too much", "source_off_ma", 0.3),
    ("DAC1's own output reads 300 codes too much", "set_volts_off_codes", 300),
    ("V_COMP reads 3 V too much", "compliance_off_v", 3.0),
)


def left_test(m: "Machine") -> bool:
    """Whether the self-test is over."""
    return m.daemon.session.state != "SELF_TEST"


def at_start(m: "Machine") -> bool:
    """Whether the self-test has decided nothing yet."""
    return not m.told


def _event(says: str, name: str, value: object) -> Event:
    def then(m: "Machine") -> None:
        state = m.daemon.session.state
        m.checks("self_test_finds_each_defect", state == "FAULT", f"{says}, and the self-test ended in {state}")

    told = f"the self-test runs while {says}"
    return Event(told, ((name, value),), None, at_start, ticks=LONGEST_TICKS, until=left_test, then=then)


DEFECTIVE: Final[tuple[Event, ...]] = tuple(_event(*row) for row in DEFECTS)
