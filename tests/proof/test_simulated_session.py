"""Whole sessions on the virtual clock: what a patient would have felt, and why one that must not start does not."""

import msgspec
import pytest

from appliance.config import load_board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation, timed
from appliance.proof.summary import Summary, summarise
from appliance.safety.hard_limits import SITES
from appliance.sim.script import parse_script

NUMBERS = load_board()


def session(
    phenotype: str,
    site: str = "hands",
    *,
    seed: int = 1,
    seconds: float = 90.0,
    script: str = "",
    conductivity: float = 300.0,
) -> tuple[Simulation, Summary]:
    limits = SITES[site]
    plan = Plan(site=site, set_ma=limits.default_ma, max_ma=limits.prescriber_ma, duration_s=seconds, ramp_ma_per_s=1.0)
    simulation = Simulation(
        NUMBERS,
        plan,
        phenotype=phenotype,
        seed=seed,
        conductivity_us_per_cm=conductivity,
        script=parse_script(script, "test") if script else None,
    )
    timed(simulation)
    return simulation, summarise(simulation, patient=phenotype, seed=seed, realtime_factor=0.0)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_palm_gets_what_was_set_after_calibration(seed: int) -> None:
    _, found = session("typical_palm", seed=seed)
    assert (found.outcome, found.reason, found.trips) == ("completed", "time", ())
    assert found.felt.mean_hold_ma == pytest.approx(15.0, rel=0.015)
    assert found.felt.charge_mc == pytest.approx(found.measured.charge_mc, rel=0.01)
    assert found.felt.peak_ma <= 15.0 + max(0.02 * 15.0, 0.25)
    assert found.felt.ms_over_density == 0.0


def test_the_same_seed_is_the_same_session() -> None:
    first = msgspec.json.encode(session("typical_palm", seed=4, seconds=60.0)[1])
    again = msgspec.json.encode(session("typical_palm", seed=4, seconds=60.0)[1])
    assert first == again


def test_the_direction_reverses_once_at_half_time_and_only_at_zero() -> None:
    simulation, found = session("typical_palm")
    states = [phase.state for phase in found.phases]
    assert states.count("REVERSE") == 1
    after = states[states.index("REVERSE") + 1 :]
    assert after[:2] == ["CONTACT", "RAMP_UP"]
    assert simulation.talk.last is not None
    assert simulation.talk.last.direction == "reversed"


@pytest.mark.parametrize(
    ("phenotype", "site"),
    [
        ("very_sweaty_palm", "hands"),
        ("child_palm", "child_hands"),
        ("typical_sole", "feet"),
        ("underarm", "underarms"),
    ],
)
def test_no_phenotype_trips_a_monitor(phenotype: str, site: str) -> None:
    for seed in (11, 12):
        _, found = session(phenotype, site, seed=seed)
        assert (found.outcome, found.trips) == ("completed", ())


@pytest.mark.parametrize(("phenotype", "site"), [("dry_palm", "hands"), ("callused_sole", "feet")])
def test_dry_skin_completes_limited_by_voltage_and_the_record_says_so(phenotype: str, site: str) -> None:
    _, found = session(phenotype, site)
    assert (found.outcome, found.trips) == ("completed", ())
    assert found.limited_by == "limit.voltage"


@pytest.mark.parametrize(
    ("phenotype", "reasons"),
    [
        ("distilled", {"E214", "E215"}),
        ("one_tray", {"E213"}),
        ("cable_short", {"E213"}),
        ("dummy_load", {"E213"}),
    ],
)
def test_what_is_no_person_never_leaves_contact(phenotype: str, reasons: set[str]) -> None:
    _, found = session(phenotype)
    assert found.outcome == "not_started"
    assert found.reason in reasons
    assert "RAMP_UP" not in {phase.state for phase in found.phases}
    assert found.felt.peak_ma < 8.0  # the probe finds a short: 5 V, less than 3 uC


def test_a_hand_that_comes_out_and_back_is_probed_from_zero() -> None:
    script = '[[at]]\nstate = "HOLD"\nafter_s = 2\ndo = "hands_out"\nover_s = 0.3\n'
    simulation, found = session("typical_palm", script=script)
    states = [phase.state for phase in found.phases]
    paused = states.index("PAUSED")
    assert "CONTACT" in states[paused:]
    assert found.outcome == "completed"
    assert found.felt.peak_ma <= 15.0 + max(0.02 * 15.0, 0.25)
    assert {trip.reaction for trip in found.trips} == {"PAUSE"}
    del simulation


@pytest.mark.parametrize("press", ['do = "pedal"\nhold_s = 0.3\n'])
def test_after_the_pedal_nothing_comes_back_unasked(press: str) -> None:
    script = f'[[at]]\nstate = "ARMED"\nafter_s = 2\ndo = "pedal"\n[[at]]\nstate = "HOLD"\nafter_s = 2\n{press}'
    _, found = session("typical_palm", script=script)
    states = [phase.state for phase in found.phases]
    assert states[states.index("PAUSED") :] == ["PAUSED", "DONE"]
    assert (found.outcome, found.reason) == ("partial", "pause_timeout")


def test_the_red_switch_ends_it_at_once_and_for_good() -> None:
    script = '[[at]]\nstate = "HOLD"\nafter_s = 2\ndo = "estop"\n'
    _, found = session("typical_palm", script=script)
    assert found.outcome == "fault"
    assert found.phases[-1].state == "FAULT"
