"""The daemon is asked to end in the middle of a treatment, and a new one is started on the same ledger."""

import signal
import uuid
from contextlib import closing
from pathlib import Path

from e2e_rig import Appliance

from appliance.link.messages import Plan, Refused, Start
from appliance.proof.kills.peer import until
from appliance.records.queries import Records


def test_a_planned_end_fades_is_recorded_and_the_next_daemon_rests(tmp_path: Path) -> None:
    with Appliance(tmp_path) as appliance:
        session = appliance.hold()
        from_ns = appliance.now_ns()
        appliance.kill("control", signal.SIGTERM)
        appliance.buried("control")
        samples = appliance.diary().between(from_ns)
        falling = [sample for sample in samples if sample.peak_ma > 0.1]
        assert (falling[-1].t_ns - from_ns) / 1e9 > 1.0, "it fell at once"
        appliance.kiosk.close()
        appliance.technician.close()

        def recorded() -> bool:
            with closing(Records(appliance.stage.records / "records.db")) as records:
                row = records.session(session)
            return row is not None and row.outcome == "stopped" and not row.interrupted

        until(recorded, "the end is recorded")
        appliance.start_daemon()
        appliance.to_idle()
        appliance.refill_trays()
        assert 500.0 < appliance.kiosk.status.wait_s <= 600.0
        answer = appliance.ask_start(Start(uuid.uuid4().hex, "demo", Plan("feet", 5.0, 6.0, 120.0)))
        assert isinstance(answer, Refused)
        assert answer.code == "E112"
