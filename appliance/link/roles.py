"""Who is at the other end of a socket, as the kernel says, and which roles it may take. It must never ask the peer."""

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, cast, get_args

from appliance.link.messages import Role

ALL_ROLES: Final[frozenset[Role]] = frozenset(cast("tuple[Role, ...]", get_args(Role)))

_SO_PEERGROUPS: Final = 59  # asm-generic/socket.h; Python has no name for it
_GROUPS_MAX: Final = 256  # Python reads options of at most 1024 bytes
_CREDENTIALS: Final = struct.Struct("iII")  # struct ucred: pid, uid, gid
_GROUP: Final = struct.Struct("I")


class Peer(NamedTuple):
    """The process that connected, as it was then."""

    pid: int
    uid: int
    gids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Roles:
    """Which user and which group may take which roles."""

    users: Mapping[int, frozenset[Role]]
    groups: Mapping[int, frozenset[Role]]

    def allowed(self, peer: Peer) -> frozenset[Role]:
        """Every role that this peer may take; empty for a stranger."""
        roles = self.users.get(peer.uid, frozenset())
        for gid in peer.gids & self.groups.keys():
            roles |= self.groups[gid]
        return roles


def peer_of(sock: socket.socket) -> Peer:
    """The peer of a connected AF_UNIX socket, with its supplementary groups.

    Raises:
        OSError: the socket is no longer connected.
    """
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, gid = _CREDENTIALS.unpack(raw)
    try:
        more = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_MAX * _GROUP.size)
    except OSError:  # in more groups than can be read: its own user and first group still count
        more = b""
    return Peer(pid, uid, frozenset((gid, *(group for (group,) in _GROUP.iter_unpack(more)))))
