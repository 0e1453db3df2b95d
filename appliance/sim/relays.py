"""K1, K2, K3: coils, travel times and what their contacts do.

K1 (safety) is force-guided: its mirror contact is closed exactly when the main contacts are open. K2 (polarity) breaks
before it makes. K3 (dummy load) opens K1's coil with its rest contact. A relay never moves without its coil; a welded
one never opens.
"""

from typing import Final

from appliance.sim.protection import NEVER
from appliance.sim.tolerances import Parts

BREAK_SHARE: Final = 0.6  # of the travel: when K2's and K3's contacts leave; they arrive at its end


class Contact:
    """One armature: where it is, where it goes. Position 0 rest, 1 pulled; None while it travels."""

    __slots__ = ("_from_ns", "_to", "_travel_ns", "disabled", "operate_ns", "position", "release_ns", "stuck")

    def __init__(self, operate_ns: int, release_ns: int) -> None:
        self.operate_ns, self.release_ns = operate_ns, release_ns
        self._to = False
        self._from_ns = NEVER
        self._travel_ns = 0
        self.position: int | None = 0
        self.stuck = False
        self.disabled = False  # a fault: its coil is open

    def coil(self, on: bool, t_ns: int) -> None:
        """The coil is switched."""
        if on == self._to or self.disabled:
            return
        self._to = on
        self._from_ns = t_ns
        self._travel_ns = self.operate_ns if on else self.release_ns

    def jam(self, position: int) -> None:
        """A fault: the armature stays there, whatever its coil does."""
        self.position = position
        self.stuck = True

    @property
    def next_ns(self) -> int:
        """When the contacts change next."""
        if self._from_ns == NEVER or self.stuck:
            return NEVER
        if self.position == self._to:  # it has left, or must leave, again
            return self._from_ns + self._travel_ns
        leaving = self.position is not None
        return self._from_ns + (round(self._travel_ns * BREAK_SHARE) if leaving else self._travel_ns)

    def settle(self, t_ns: int) -> bool:
        """Move what is due; True when the contacts changed."""
        changed = False
        while t_ns >= self.next_ns:
            if self.position is not None and self.position != self._to:
                self.position = None
            else:
                self.position = int(self._to)
                self._from_ns = NEVER
            changed = True
        return changed


class Relays:
    """All three."""

    __slots__ = (
        "bouncing",
        "contact_open",
        "dummy_coil",
        "k1",
        "k2",
        "k3",
        "mirror_stuck",
        "polarity_pin",
        "readback_stuck",
        "welded",
    )

    def __init__(self, parts: Parts) -> None:
        self.k1 = Contact(parts.k1_operate_ns, parts.k1_release_ns)
        self.k2 = Contact(parts.k2_travel_ns, parts.k2_travel_ns)
        self.k3 = Contact(parts.k3_travel_ns, parts.k3_travel_ns)
        self.welded = False  # a fault of K1, as the next two
        self.contact_open = False  # K1: the armature moves, but a main contact does not conduct
        self.mirror_stuck: bool | None = None  # K1's mirror contact, True = closed
        self.readback_stuck: bool | None = None  # K2's fourth pole, True = reversed
        self.bouncing = False  # K2's contacts leave for a moment
        self.polarity_pin = False
        self.dummy_coil = False

    @property
    def next_ns(self) -> int:
        """When a contact changes next."""
        return min(self.k1.next_ns, self.k2.next_ns, self.k3.next_ns)

    def drive(self, out_ok: bool, permit: bool, powered: bool, t_ns: int) -> None:
        """Coils as the logic wants them: K1 through K3's rest contact, K2 frozen while OUT_OK."""
        self.k3.coil(self.dummy_coil and powered, t_ns)
        self.k1.coil(out_ok and permit and self.k3.position == 0 and powered, t_ns)
        if not out_ok:
            self.k2.coil(self.polarity_pin and powered, t_ns)

    def settle(self, t_ns: int) -> bool:
        """Move what is due; True when a contact changed."""
        moved = self.k1.settle(t_ns), self.k2.settle(t_ns), self.k3.settle(t_ns)
        return any(moved)

    @property
    def k1_closed(self) -> bool:
        """Main contacts. K1 makes at the end of its travel, breaks when it leaves."""
        return self.welded or (self.k1.position == 1 and not self.contact_open)

    @property
    def k1_mirror_closed(self) -> bool:
        """NC mirror contact: forced open by closed main contacts, and open on the way."""
        if self.mirror_stuck is not None:
            return self.mirror_stuck
        return not self.welded and self.k1.position == 0

    @property
    def polarity(self) -> int:
        """1 rest, -1 reversed, 0 on the way."""
        return 0 if self.k2.position is None or self.bouncing else 1 - 2 * self.k2.position

    @property
    def readback_reversed(self) -> bool:
        """K2's fourth pole."""
        return self.k2.position == 1 if self.readback_stuck is None else self.readback_stuck

    @property
    def dummy(self) -> bool:
        """Whether the dummy load is in place."""
        return self.k3.position == 1
