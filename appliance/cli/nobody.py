"""A daemon without clients: nobody asks, nobody is told, nobody may be treated."""

from appliance.control.talk import Request
from appliance.errors import LinkError
from appliance.link.messages import Accepted, Event, PermitGrant, Refused, Start, Status


class NoClients:
    """`control.talk.Talk` of a daemon that only tests itself."""

    recorder_connected = False

    def poll(self) -> list[Request]:
        """Never a command."""
        return []

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """To nobody."""

    def status(self, status: Status) -> None:
        """To nobody."""

    def event(self, event: Event) -> None:
        """To nobody."""

    def close(self) -> None:
        """Nothing to release."""


class NoTreatment:
    """`control.commands.Permission` that never gives one."""

    def grant(self, grant: PermitGrant, t_ns: int) -> None:
        """Not taken."""

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """E109, always."""
        del start, t_ns, recorder_connected
        raise LinkError("E109", "this program only tests the board; nobody is treated with it")

    def begun(self, session: str) -> None:
        """Never."""

    def settled(self) -> bool:
        """Never."""
        return False

    def spent(self, session: str) -> None:
        """Never."""

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """Never."""
