"""Events: what must be recorded, numbered and kept until the recorder has it on disk. It decides nothing."""

from appliance.control.run import Run
from appliance.control.self_test import SelfTest
from appliance.control.talk import Talk
from appliance.link.messages import Event
from appliance.safety.constraint import Reason
from appliance.safety.sample import Sample
from appliance.safety.trip import Trip
from appliance.treatment.session import Session

Detail = dict[str, str | float | int | bool | None]
LIMITED_FROM_S = 1.0  # a limit that held the current for less is not what the record is about


class Journal:
    """Turns changes of state, trips and limits into events; remembers this session's trips for the status."""

    def __init__(self, talk: Talk, boot: str) -> None:
        self._talk = talk
        self.boot = boot
        self.seq = 0
        self.trips: list[tuple[Trip, float]] = []
        self.start_detail: Detail = {}
        self._state = "SELF_TEST"
        self._session: str | None = None  # whose start was told
        self._since_ns = 0
        self._active = False
        self._limited: str | None = None
        self._drier: Reason | None = None

    def emit(self, kind: str, t_ns: int, session: str | None, detail: Detail) -> None:
        """Number one event and hand it on."""
        self.seq += 1
        self._talk.event(Event(seq=self.seq, t_mono_ns=t_ns, session=session, kind=kind, detail=detail))

    def record(self, session: Session, trips: list[Trip], s: Sample, run: Run) -> None:
        """Compare with the last tick and emit what changed."""
        began = session.id is not None and session.id != self._session
        if session.state == self._state and not began and not trips and not run.limited_s:
            return
        if began:  # whatever its state is by now
            self._session = session.id
            self.trips.clear()
            self._active = True
            self.emit("start", s.t_ns, session.id, self.start_detail)
        for trip in trips:
            self._trip(trip, session, s)
        limited = run.limiting(session, run.chain)
        if limited != self._limited and limited is not None:
            self.emit("limit", s.t_ns, session.id, {"reason": limited, "set_ma": session.base_ma})
        self._limited = limited
        if session.drier != self._drier and session.drier is not None:
            self._shorter(session.drier, session, s, run)
        self._drier = session.drier
        if session.state == self._state:
            return
        before, self._state = self._state, session.state
        self.emit("state", s.t_ns, session.id, {"from": before, "to": session.state, "pause": session.pause})
        if session.state == "FAULT":
            self.emit("fault", s.t_ns, session.id, {"codes": " ".join(session.codes)})
        if self._active and session.state in ("IDLE", "DONE", "FAULT"):
            self._active = False
            self._end(session, s, run)

    def _shorter(self, drier: Reason, session: Session, s: Sample, run: Run) -> None:
        """The skin is drier than in earlier sessions: how dry, and what is left of the time."""
        contact_ohm = run.last.loop_ohm if run.last is not None else None
        detail: Detail = {"reason": drier.key, "duration_s": drier.value, "contact_ohm": contact_ohm}
        self.emit("limit", s.t_ns, session.id, detail)

    def _trip(self, trip: Trip, session: Session, s: Sample) -> None:
        """Each monitor once per state: it speaks every tick while its reason stands."""
        if any(t.code == trip.code for t, _ in self.trips[-3:]) and session.state == self._state:
            return
        self.trips.append((trip, session.dose.elapsed_s))
        detail: Detail = {
            "code": trip.code,
            "monitor": trip.monitor,
            "reaction": trip.reaction,
            "set_ma": s.set_ma,
            "return_ma": s.return_ma,
        }
        self.emit("trip", s.t_ns, session.id, detail)

    def _end(self, session: Session, s: Sample, run: Run) -> None:
        limited = max(run.limited_s, key=lambda key: run.limited_s[key], default=None)
        if limited is not None and run.limited_s[limited] < LIMITED_FROM_S:
            limited = None
        dose = session.dose
        detail: Detail = {
            "outcome": session.outcome,
            "reason": session.reason,
            "charge_mc": dose.charge_mc,
            "mean_hold_ma": dose.mean_hold_ma,
            "elapsed_s": dose.elapsed_s,
            "limited_by": limited,
            "limited_s": run.limited_s.get(limited, 0.0) if limited else 0.0,
            "interrupted": False,
            "contact_ohm": run.first.loop_ohm if run.first is not None else None,
        }
        self.emit("end", s.t_ns, session.id, detail)

    def self_test(self, test: SelfTest, t_ns: int) -> None:
        """The report of a self-test, one detail a check."""
        detail: Detail = {check.name: check.found for check in test.report}
        detail["passed"] = test.failed is None
        detail["code"] = test.failed
        self.emit("self_test", t_ns, None, detail)
