"""Permits that the recorder granted: without one nothing starts, and each starts one treatment at most.

It must never let one through that is for another plan, too old or used. Pure: time is an argument.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from appliance.errors import ConfigError, LinkError
from appliance.link.messages import PermitGrant, Start
from appliance.link.plan_hash import plan_hash
from appliance.units import ns_from_s

VALID_S: Final = 600.0  # from its grant to the start (architecture, The link)
DEMO: Final = "demo"  # the permit, and the patient, that only a simulated device knows
_KEPT_MAX: Final = 16  # one clinician signs for one patient at a time
_USED_MAX: Final = 256


class Permit(NamedTuple):
    """What a start was allowed for."""

    id: str
    patient: str  # pseudonym
    site: str
    prescription_version: int
    screening: str
    plan_sha256: str


class Permits:
    """What was granted and not yet used."""

    def __init__(self, *, simulated: bool) -> None:
        """`simulated`: whether the permit 'demo' is known."""
        self._simulated = simulated
        self._granted: OrderedDict[str, tuple[Permit, int]] = OrderedDict()  # with the time of the grant
        self._used: OrderedDict[str, None] = OrderedDict()

    def grant(self, grant: PermitGrant, now_ns: int) -> None:
        """Take a permit of the recorder; the same one again changes nothing.

        Raises:
            LinkError: E109 it was used, or stands for something else already.
        """
        permit = Permit(
            grant.permit, grant.patient, grant.site, grant.prescription_version, grant.screening, grant.plan_sha256
        )
        if permit.id in self._used or permit.id == DEMO:
            raise LinkError("E109", f"the permit {permit.id!r} was used; each is for one treatment")
        known = self._granted.get(permit.id)
        if known is not None:
            if known[0] != permit:
                raise LinkError("E109", f"the permit {permit.id!r} was granted for something else")
            return
        self._granted[permit.id] = (permit, now_ns)
        if len(self._granted) > _KEPT_MAX:
            self._granted.popitem(last=False)

    def check(self, start: Start, now_ns: int, *, recorder_connected: bool) -> Permit:
        """The permit of this start, if it has a good one. It is not used up by this: see `consume`.

        Raises:
            LinkError: E114 no recorder is connected; E109 unknown, used, too old, or for another site or plan.
            ConfigError: E512 'demo' on a real device.
        """
        if not recorder_connected:
            raise LinkError(
                "E114", "the records program is not connected, so nothing can be recorded and nothing starts"
            )
        if start.permit == DEMO:
            return self._demo(start)
        if start.permit in self._used:
            raise LinkError("E109", f"the permit {start.permit!r} was used; each is for one treatment")
        known = self._granted.get(start.permit)
        if known is None:
            raise LinkError("E109", f"no permit {start.permit!r} was granted")
        permit, granted_ns = known
        if now_ns - granted_ns > ns_from_s(VALID_S):
            raise LinkError("E109", f"the permit {permit.id!r} is older than {VALID_S / 60:g} minutes")
        if permit.site != start.plan.site:
            raise LinkError("E109", f"the permit {permit.id!r} is for {permit.site!r}, not for {start.plan.site!r}")
        if permit.plan_sha256 != plan_hash(start.plan):
            raise LinkError("E109", f"the permit {permit.id!r} is for another plan")
        return permit

    def consume(self, permit_id: str) -> None:
        """Use it up, at RAMP_UP. Again is harmless; 'demo' is never used up."""
        if permit_id == DEMO:
            return
        self._granted.pop(permit_id, None)
        self._used[permit_id] = None
        if len(self._used) > _USED_MAX:
            self._used.popitem(last=False)

    def _demo(self, start: Start) -> Permit:
        if not self._simulated:
            raise ConfigError("E512", "the permit 'demo' is for a simulated device only; sign in and start again")
        return Permit(DEMO, DEMO, start.plan.site, 0, DEMO, plan_hash(start.plan))
