"""One try at CONTACT on a loop that is computed: what it carries of what is asked, and how many ohm it has."""

from collections.abc import Callable

from appliance.safety.hard_limits import SITES
from appliance.treatment.contact import SUB_TICK_S, ContactProbe

WINDOW_S = 1 / 860
PLATEAU = 60  # sub-ticks, 100 ms
SOUGHT = PLATEAU + 1  # sub-ticks until it measures
SEEK_MA = 0.3


class Try:
    """A loop of 1 kilo-ohm that carries what is asked, with sensors that agree, where nothing else is said.

    `flows` and `ohm` may depend on the plateau, which counts from 0 since measuring began.
    """

    def __init__(
        self,
        first_c_f: float | None = None,
        *,
        flows: Callable[[float, int], float] = lambda asked_ma, _plateau: asked_ma,
        ohm: Callable[[int], float] = lambda _plateau: 1000.0,
        knows_volts: bool = True,
    ) -> None:
        self.probe = ContactProbe(SITES["hands"], first_c_f, WINDOW_S)
        self.flows, self.ohm = flows, ohm
        self.knows_volts = knows_volts
        self.source_off_ma = 0.0
        self.asked_ma = SEEK_MA
        self.late: list[bool] = []  # of each sub-tick: written half a sub-tick later
        self.n = 0

    @property
    def plateau(self) -> int:
        return max(0, self.n - SOUGHT) // PLATEAU

    def feed(self, sub_ticks: int, most_ma: float = 25.0) -> list[float]:
        """What was asked for in each; the loop carries at most `most_ma`."""
        asked = []
        for _ in range(sub_ticks):
            ma = min(most_ma, self.flows(self.asked_ma, self.plateau))
            if self.probe.wants_source:
                now = (ma + self.source_off_ma, None, None)
            elif not self.knows_volts:
                now = (None, None, None)
            else:
                volts = ma * self.ohm(self.plateau) / 1000.0
                now = (None, volts, ((self.n - SOUGHT) % PLATEAU + 0.5) * SUB_TICK_S)
            self.asked_ma, late = self.probe.step(ma, *now)
            self.late.append(late)
            asked.append(self.asked_ma)
            self.n += 1
        return asked


def measuring(flows: Callable[[float, int], float] = lambda asked_ma, _plateau: asked_ma) -> Try:
    """Contact was sought, and found."""
    hands = Try(flows=flows)
    hands.feed(SOUGHT)
    assert hands.probe.verdict == "measuring"
    return hands
