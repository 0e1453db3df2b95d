"""Slow electrodes keep their volts over a reversal: the patient then reads below zero, and nothing is wrong."""

from appliance.config import load_board
from appliance.proof.conditions import Conditions
from appliance.proof.phenotypes import Job, run_job


def test_electrodes_that_have_not_discharged_at_the_reversal_are_no_broken_converter() -> None:
    slow = Conditions(polarise_s=5.0, electrode_v=1.5, motion_hz=0.2, hum_hz=50.0)
    ended = run_job(Job(load_board(), "typical_palm", 4, 80.0, slow))
    assert ended.trips == ()
    assert ended.outcome == "completed"
