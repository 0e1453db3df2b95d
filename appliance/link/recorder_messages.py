"""All messages of the recorder's socket. PROTOCOL.md describes them; this file is their only definition.

Framing, hello and version are those of the daemon's socket.
"""

from collections.abc import Callable
from typing import Final

from appliance.link.framing import decoder
from appliance.link.messages import Hello, Id, Message, Plan, Refused, Role


class PermitRequest(Message, frozen=True, tag="permit_request"):
    """Kiosk: ask the recorder to allow this treatment to the daemon."""

    id: Id  # chosen by the sender; the answer carries it
    patient: Id  # pseudonym
    plan: Plan


class RecorderWelcome(Message, frozen=True, tag="welcome"):
    """Answer to hello."""

    version: int
    simulated: bool | None  # of the device; None: the daemon is not connected


class PermitIssued(Message, frozen=True, tag="permit_issued"):
    """The daemon knows the permit: start with it, within ten minutes, with exactly this plan."""

    id: str
    permit: str
    plan_sha256: str


RecorderCommand = Hello | PermitRequest
RecorderAnswer = RecorderWelcome | PermitIssued | Refused

RECORDER_ROLES: Final[dict[str, frozenset[Role]]] = {
    "hello": frozenset(("kiosk", "technician")),
    "permit_request": frozenset(("kiosk",)),
}

decode_recorder_command: Final[Callable[[bytes], RecorderCommand]] = decoder(RecorderCommand)
decode_recorder_answer: Final[Callable[[bytes], RecorderAnswer]] = decoder(RecorderAnswer)
