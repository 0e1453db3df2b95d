"""Permission of a simulated run in one process: the demo permit, no ledger. A real daemon never gets this."""

from appliance.errors import LinkError
from appliance.link.messages import PermitGrant, Start


class DemoPermission:
    """Knows one permit, 'demo', and forgets everything."""

    def grant(self, grant: PermitGrant, t_ns: int) -> None:
        """Nothing to keep."""

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """The demo's pseudonym; E109 for any other permit."""
        del t_ns, recorder_connected
        if start.permit != "demo":
            raise LinkError("E109", f"permit {start.permit!r} is not known; a simulated run knows 'demo'")
        return "demo"

    def begun(self, session: str) -> None:
        """No ledger."""

    def settled(self) -> bool:
        """Nothing is ever being written."""
        return True

    def spent(self, session: str) -> None:
        """No ledger."""

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """No ledger."""
