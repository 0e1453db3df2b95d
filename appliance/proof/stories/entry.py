"""What stands before a treatment forbids: somebody else's start, a calibration nobody can believe, a dead pedal."""

import math
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec.structs import replace

from appliance.control import server as control_server
from appliance.control.permits import Permits
from appliance.errors import ConfigError
from appliance.link.client import Client
from appliance.link.messages import Accepted, Renew, Start
from appliance.link.roles import ALL_ROLES, Roles
from appliance.proof.stories.bench import FEET, HANDS, PALM
from appliance.proof.stories.story import Lacks, Story, bench_without
from appliance.safety.calibration_limits import MAX_AGE_DAYS, MAX_RESIDUAL_MA, Claim, provable_ma
from appliance.safety.hard_limits import CURRENT_MA


def _technician_renews(lacks: Lacks) -> bool:
    """A technician's program says that somebody watches: does the daemon hear it?"""
    with TemporaryDirectory(prefix="ionto-story-") as directory:
        path = Path(directory) / "control.sock"
        server = control_server.Server(path, Roles({os.getuid(): ALL_ROLES}, {}), boot="story", simulated=True)
        if "commands.roles" in lacks:
            server._listener._command_roles = dict.fromkeys(control_server.COMMAND_ROLES, ALL_ROLES)
        try:
            with Client.open(path, "technician") as client:
                heard = server.poll()
                client.send(Renew())
                for _ in range(8):
                    heard += server.poll()
        finally:
            server.close()
    return bool(heard)


def _demo_permit_on_a_real_device(lacks: Lacks) -> bool:
    permits = Permits(simulated="permission.demo_refused" in lacks)
    with suppress(ConfigError):
        return permits.check(Start("s1", "demo", HANDS), 0, recorder_connected=True).patient == "demo"
    return False


def _proves_25_ma(claim: Claim, lacks: Lacks) -> bool:
    age_days = math.inf if "calibration.age" in lacks else MAX_AGE_DAYS
    residual_ma = math.inf if "calibration.residual" in lacks else MAX_RESIDUAL_MA
    asked = claim._replace(dated=True) if "calibration.undated" in lacks else claim
    with suppress(ConfigError):
        return provable_ma(asked, age_days, residual_ma) >= CURRENT_MA
    return False


def _old(lacks: Lacks) -> bool:
    return _proves_25_ma(Claim(CURRENT_MA, 0.05, 401.0, True), lacks)


def _wrong(lacks: Lacks) -> bool:
    return _proves_25_ma(Claim(CURRENT_MA, 0.3, 10.0, True), lacks)


def _undated(lacks: Lacks) -> bool:
    return _proves_25_ma(Claim(CURRENT_MA, 0.05, 10.0, False), lacks)


def _pedal_down_since_power_on(lacks: Lacks) -> bool:
    bench = bench_without(lacks)
    bench.board.pedal = True
    accepted = isinstance(bench.to("IDLE").start(FEET), Accepted)
    bench.run(0.2)
    return accepted and bench.clients.statuses[-1].blocked is None


def _drier_skin(lacks: Lacks) -> bool:
    return all(_has_its_whole_time(lacks, drier) for drier in (2.1, 3.1))


def _has_its_whole_time(lacks: Lacks, drier: float) -> bool:
    bench = bench_without(lacks).to("IDLE")
    bench.treat(replace(HANDS, median_contact_ohm=PALM.loop_ohm / drier))
    bench.run(2.2)
    plan = bench.clients.statuses[-1].plan
    return bench.state == "RAMP_UP" and plan is not None and plan.duration_s == HANDS.duration_s


ENTRY: Final = (
    Story("commands.roles", "a technician's program keeps current flowing that nobody watches", _technician_renews),
    Story("permission.demo_refused", "the demo's permit starts a real device", _demo_permit_on_a_real_device),
    Story("calibration.age", "a calibration of 401 days proves 25 mA", _old),
    Story("calibration.residual", "a calibration that left 0.3 mA wrong proves 25 mA", _wrong),
    Story("calibration.undated", "a calibration whose age nobody knows proves 25 mA", _undated),
    Story("commands.pedal_stuck", "a treatment begins with a pedal that is dead", _pedal_down_since_power_on),
    Story("limit.over_treatment", "skin two and three times drier than ever gets its whole time", _drier_skin),
)
