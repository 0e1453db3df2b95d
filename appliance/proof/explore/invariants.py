"""What must hold on every tick, whatever happened before: each with its name, its sentence and a count of its checks.

They look at what was put out and at the history of inputs, not at what the machine says of itself, wherever both can
be had. A violation is raised, never collected: the walk turns it into a story.
"""

from collections import Counter
from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "no_energising_without_permission": (
        "ENABLE closes towards a person only in a session whose start had every right, whose ledger line is on disk "
        "and which a person began by pedal or touch"
    ),
    "ramp_up_skips_nothing": (
        "RAMP_UP comes only from a CONTACT that was found good, after a self-test, a permit and ARMED, and its current "
        "only from the constraint chain"
    ),
    "polarity_moves_only_at_zero_and_open": (
        "K2 is moved only with both DACs at 0 and ENABLE low for as long as K1 needs; in REVERSE also only when no "
        "current is measured"
    ),
    "the_other_direction_waits": "within a session ENABLE closes in the other direction only after 1 s at zero",
    "every_trip_reaches_zero": "whenever a monitor speaks, the output is at zero and open within its reaction's time",
    "every_hazard_is_answered": "whatever goes wrong for as long as the design allows, the output is then at zero",
    "exceptions_cut": "an exception anywhere in a tick leaves ENABLE low and the state FAULT at the end of that tick",
    "no_return_after_a_persons_pause_without_a_person": (
        "after pedal, sting, tray or a lost operator, current comes back only by a pedal press or a touch"
    ),
    "stop_reaches_zero": "STOP: zero and open within 2 s, within 0.5 s of a second press, never rising on the way",
    "stop_is_final_and_idempotent": "after STOP nothing energises without a new start; a further STOP changes nothing",
    "no_energising_after_fault_without_release": (
        "after FAULT nothing energises, and nothing can be started, without an acknowledgement by the role that the "
        "code demands and a passed self-test"
    ),
    "time_counts_only_with_current": "treatment time grows only in RAMP_UP, HOLD and RAMP_DOWN with current measured",
    "resume_restarts_at_the_probe": "each ramp, after an interruption too, begins no higher than the probe",
    "set_never_above_a_ceiling": (
        "the DAC, dither included, never goes above the ceilings of device, board and site, nor its mean above what "
        "prescriber and prescription allow; in CONTACT not above the probe"
    ),
    "ramp_never_too_steep": "the set rises by the plan's ramp, the trim's slew and the dither at most",
    "volts_never_above_a_ceiling": "the compliance voltage never goes above 48 V, in CONTACT not above 5 V",
    "closes_at_zero": "ENABLE closes with both DACs at 0, and neither rises before K1 has had its time",
    "kick_withheld_in_fault": "no watchdog kick in FAULT",
    "latch_reset_only_in_self_test_or_at_start": "LATCH_RESET is pulsed in SELF_TEST, and once at a start, latch set",
    "self_test_never_reaches_a_person": "in SELF_TEST the output towards a person carries no current and no volts",
    "self_test_finds_each_defect": "a self-test on a board with one defect ends in FAULT",
    "no_output_at_rest": "in IDLE, ARMED, REVERSE, PAUSED, DONE and FAULT both DACs are at 0 and ENABLE is low",
    "no_start_before_the_trays_are_proved": "no start before the trays were seen out since the last treatment",
    "two_starts_one_session": "a second start never begins a second session, and a repeated one changes nothing",
    "contact_is_bounded": "all CONTACT of a session together lasts at most 6 min",
    "pause_ends_by_itself": "PAUSED and CONTACT (resume) together last at most 120 s",
    "lease_loss_reaches_zero": "without the operator's screen the output is at zero within its ramp-down",
    "stale_order_never_passes": "an order of an older generation leaves the output at zero and open",
    "order_beyond_bounds_never_passes": "an order above what its state may put out raises nothing and closes nothing",
    "output_time_within_timer": "the output is never on for longer than the treatment timer's earliest trip",
    "each_session_is_recorded": "each session has one event of its start and one of its end, when it starts and ends",
}


class Violated(Exception):  # noqa: N818 - what it says is no error of a program
    """An invariant does not hold; the message says what was seen."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(f"{name}: {found}")
        self.name = name
        self.found = found


class Checks:
    """Counts, and raises."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(dict.fromkeys(INVARIANTS, 0))

    def __call__(self, name: str, holds: bool, found: str) -> None:
        """Count one check.

        Raises:
            Violated: it does not hold.
        """
        self.counts[name] += 1
        if not holds:
            raise Violated(name, found)
