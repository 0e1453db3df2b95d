"""The red switch is pushed when power comes: the device says so, and goes on when it is released."""

import time
from pathlib import Path

from e2e_rig import Appliance

from appliance.link.messages import Acknowledge
from appliance.proof.kills.peer import until


class PushedAtPowerUp(Appliance):
    """Whose red switch is pushed before the daemon starts: it takes the chips' supply with it."""

    def start_daemon(self) -> None:
        self.body.act("estop")
        super().start_daemon()


def test_a_red_switch_at_power_up_is_named_and_costs_no_rest(tmp_path: Path) -> None:
    with PushedAtPowerUp(tmp_path) as appliance:
        appliance.kiosk.wait("FAULT")
        assert appliance.kiosk.status is not None
        assert appliance.kiosk.status.reason == "E401"
        time.sleep(0.5)
        assert appliance.kiosk.state == "FAULT"
        appliance.body.act("estop", release=True)

        def idle() -> bool:
            if appliance.kiosk.state == "FAULT":
                appliance.kiosk.send(Acknowledge())
                time.sleep(0.3)
            return appliance.kiosk.state == "IDLE"

        until(idle, "IDLE, by the kiosk alone")
        assert appliance.kiosk.status.wait_s == 0.0
