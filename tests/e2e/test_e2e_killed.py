"""The daemon dies or stands still with current flowing: only hardware is left, and it must do."""

import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from e2e_rig import MS, PLAN, RELAY_OPEN, SET_MA, SURGE_MA, Appliance

from appliance.control.ledger import Ledger
from appliance.link.messages import Accepted, Acknowledge, Refused, Start

pytestmark = pytest.mark.realtime


def hardware_cuts_after(appliance: Appliance, number: signal.Signals) -> int:
    """Send the daemon a signal with current flowing: within the budgets the patient is at zero and K1 open.

    The signal came between two looks at the bench's clock; returns the first.
    """
    before_ns = appliance.now_ns()
    appliance.kill("control", number)
    after_ns = appliance.now_ns()
    zero = appliance.wait_for("current_zero", since_ns=before_ns)
    relay = appliance.wait_for("level", RELAY_OPEN, before_ns)
    diary = appliance.diary()
    print(f"{number.name} to zero {(zero.t_ns - before_ns) / MS:.1f} ms, K1 {(relay.t_ns - before_ns) / MS:.1f} ms")
    assert zero.t_ns - after_ns < 100 * MS
    assert relay.t_ns - after_ns < 120 * MS
    assert not diary.all("level", "enable low", before_ns), "the lines keep their levels: only the watchdog is left"
    assert diary.peak_ma(before_ns - 50 * MS) <= SET_MA + SURGE_MA
    return before_ns


def test_stopped_in_hold_the_watchdog_cuts_and_nothing_returns_unacknowledged(appliance: Appliance) -> None:
    appliance.hold()
    stopped_ns = hardware_cuts_after(appliance, signal.SIGSTOP)

    appliance.kill("control", signal.SIGCONT)
    status = appliance.technician.wait("FAULT")
    assert {trip.code for trip in status.trips} & {"E404", "E405", "E408"}
    appliance.stays_at_zero(3.0)
    assert appliance.technician.state == "FAULT"
    assert isinstance(appliance.technician.ask(Acknowledge()), Accepted)
    appliance.technician.wait("IDLE")
    appliance.stays_at_zero(1.0)
    assert appliance.diary().states(stopped_ns) == ["FAULT", "SELF_TEST", "IDLE"]


def test_killed_in_hold_the_patient_is_at_zero_and_the_next_daemon_never_resumes(
    appliance: Appliance, tmp_path: Path
) -> None:
    session = appliance.hold()
    killed_ns = hardware_cuts_after(appliance, signal.SIGKILL)
    appliance.buried("control")
    lost = appliance.wait_for("daemon_lost", since_ns=killed_ns)
    diary = appliance.diary()
    assert diary.first("current_zero", since_ns=killed_ns).t_ns - lost.t_ns < 100 * MS
    assert diary.first("level", RELAY_OPEN, killed_ns).t_ns - lost.t_ns < 120 * MS

    appliance.stays_at_zero(1.0)  # the bench lives on, hands still in
    appliance.start_daemon()
    appliance.kiosk.wait("IDLE")
    appliance.stays_at_zero(3.0)
    assert appliance.diary().states(killed_ns) == ["SELF_TEST", "IDLE"]
    assert appliance.diary().peak_ma(lost.t_ns + 120 * MS) < 0.1

    copy = Path(shutil.copy(appliance.state_dir / "doses.jsonl", tmp_path))
    ledger = Ledger(copy, simulated=True)
    assert ledger.treated_today(f"demo-{session}", "hands", datetime.now(UTC).date())
    ledger.close()
    again = appliance.ask_start(Start(session, "demo", PLAN))
    assert isinstance(again, Refused)
    assert again.code == "E110"
