"""The recorder is killed in the middle of a treatment, and at its end: the record is whole all the same."""

import sqlite3
from contextlib import closing

import pytest
from e2e_rig import Appliance

from appliance.errors import RecordsError
from appliance.link.messages import Stop
from appliance.proof.kills.peer import Peer, until
from appliance.records.queries import Records, SessionRow

pytestmark = pytest.mark.realtime


def ended(appliance: Appliance, session: str) -> SessionRow | None:
    """The session in the records, once its end is there."""
    try:
        with closing(Records(appliance.stage.records / "records.db")) as records:
            row = records.session(session)
    except RecordsError:
        return None
    return row if row is not None and row.ended_utc is not None else None


def test_a_recorder_killed_twice_has_every_event_once(appliance: Appliance) -> None:
    session = appliance.reach("RAMP_UP")
    appliance.kill("recorder")
    appliance.buried("recorder")
    appliance.kiosk.wait("HOLD")  # nobody records, and the treatment goes on
    appliance.start_recorder()
    appliance.let_pass(2.0)
    appliance.kiosk.send(Stop(), Stop())
    appliance.kill("recorder")
    appliance.buried("recorder")
    status = appliance.kiosk.wait("DONE")
    appliance.start_recorder()
    until(lambda: ended(appliance, session) is not None, "the end of the session is in the records")

    row = ended(appliance, session)
    assert row is not None
    assert (row.outcome, row.reason, row.interrupted) == ("stopped", "stop", False)
    assert row.simulated
    assert row.charge_mc is not None
    assert abs(row.charge_mc - status.charge_mc) < 0.01
    with Peer(appliance.stage.control, "technician") as late:
        boot, last = late.welcome.boot, late.welcome.last_event
    with closing(Records(appliance.stage.records / "records.db")) as records:
        events, samples = records.events(row), records.samples(row)
    passed = [str(event.detail["to"]) for event in events if event.kind == "state"]
    assert passed == ["ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "DONE"]
    assert [event.kind for event in events].count("start") == 1
    assert [event.kind for event in events].count("end") == 1
    assert len({sample.t_mono_ns for sample in samples}) == len(samples) >= 3
    with closing(sqlite3.connect(appliance.stage.records / "records.db")) as file:
        seqs = [seq for (seq,) in file.execute("SELECT seq FROM events WHERE boot = ? ORDER BY seq", [boot])]
    assert seqs == list(range(1, last + 1))
