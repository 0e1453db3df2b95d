"""The recorder's socket: who asks for a permit, and what they are told. It must never issue one by a client's word.

Today only a simulated device gets permits here. On a real one a clinician's sign-in, a screening and a prescription
stand between the request and the grant; they will come in as messages of this socket.
"""

import secrets
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple, get_args

from appliance.errors import IontoError, LinkError, RecordsError
from appliance.link.framing import encode, refusal
from appliance.link.listener import Arrival, Connection, Listener, tag_of
from appliance.link.messages import PROTOCOL_VERSION, Accepted, Message, PermitGrant, Refused, Role
from appliance.link.plan_hash import plan_hash
from appliance.link.recorder_messages import (
    RECORDER_ROLES,
    PermitIssued,
    PermitRequest,
    RecorderCommand,
    RecorderWelcome,
    decode_recorder_command,
)
from appliance.link.roles import Roles
from appliance.records.daemon_link import DaemonLink
from appliance.records.writer import Writer

NO_SCREENING: Final = "demo"  # of a simulated device
NO_PRESCRIPTION: Final = 0
PENDING_MAX: Final = 16
COMMAND_ROLES: Final[dict[type, frozenset[Role]]] = {
    kind: RECORDER_ROLES[tag_of(kind)] for kind in get_args(RecorderCommand)
}


class _Pending(NamedTuple):
    """A grant that the daemon has not answered yet."""

    client: int
    request: str
    grant: PermitGrant


class Issuing:
    """Serves the recorder's socket. The daemon answers grants in the order in which they were sent."""

    def __init__(self, path: Path, roles: Roles, daemon: DaemonLink) -> None:
        """Open the socket; for the errors see `SocketFile`."""
        self._daemon = daemon
        self._pending: deque[_Pending] = deque()
        self._listener = Listener(path, roles, decode_recorder_command, COMMAND_ROLES, self._greet)

    def fileno(self) -> int:
        """Readable when there is something to serve."""
        return self._listener.fileno()

    def serve(self, writer: Writer | None, now_s: float) -> None:
        """Answer what was asked; `writer` None: nothing can be recorded now."""
        for arrival in self._listener.poll():
            try:
                self._request(arrival, writer, now_s)
            except IontoError as error:
                self._tell(arrival.client, _refusal(error, arrival.command.id))
        self._listener.flush()

    def answered(self, answer: Accepted | Refused) -> None:
        """The daemon took the oldest grant, or refused it."""
        if not self._pending:
            return
        client, request, grant = self._pending.popleft()
        if isinstance(answer, Accepted):
            self._tell(client, PermitIssued(request, grant.permit, grant.plan_sha256))
        else:
            self._tell(client, Refused(answer.code, answer.message, "permit_request", request))

    def daemon_left(self) -> None:
        """Whoever waits for the daemon's answer will not get one."""
        while self._pending:
            pending = self._pending.popleft()
            self._tell(pending.client, _refusal(_no_daemon(), pending.request))

    def close(self) -> None:
        """Drop everyone and remove the socket."""
        self._listener.close()

    def _request(self, arrival: Arrival, writer: Writer | None, now_s: float) -> None:
        """Record a permit, then hand it to the daemon."""
        request: PermitRequest = arrival.command
        welcome = self._daemon.welcome
        if welcome is None:
            raise _no_daemon()
        if not welcome.simulated:
            raise LinkError("E109", "this device is real: a permit needs a signed prescription and a screening")
        if writer is None:
            raise RecordsError("E602", "the records cannot be written now, so nothing starts; free some space")
        if len(self._pending) >= PENDING_MAX:
            raise LinkError("E109", "too many permits are asked for at once; try again")
        grant = PermitGrant(
            permit=secrets.token_hex(16),
            patient=request.patient,
            site=request.plan.site,
            prescription_version=NO_PRESCRIPTION,
            screening=NO_SCREENING,
            plan_sha256=plan_hash(request.plan),
        )
        writer.add_permit(welcome.boot, grant, request.plan, simulated=welcome.simulated)
        if not self._daemon.send(grant, now_s):
            raise _no_daemon()
        self._pending.append(_Pending(arrival.client, request.id, grant))

    def _greet(self, connection: Connection) -> Message:
        del connection  # everyone is told the same
        welcome = self._daemon.welcome
        return RecorderWelcome(PROTOCOL_VERSION, None if welcome is None else welcome.simulated)

    def _tell(self, client: int, answer: Message) -> None:
        self._listener.send(client, encode(answer))


def _refusal(error: IontoError, request: str) -> Refused:
    return refusal(error, "permit_request", request)


def _no_daemon() -> LinkError:
    return LinkError("E113", "the device program is not connected to the records program; restart the device")
