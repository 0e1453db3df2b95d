"""What the kiosk knows at one moment: the newest status, how old it is, and the little that no status carries."""

from dataclasses import dataclass
from datetime import datetime

from appliance.link.messages import Limit, Plan, Status


@dataclass(frozen=True)
class Shown:
    """Input of the view model. `age_s` None: there never was a status."""

    status: Status | None
    age_s: float | None
    state_age_s: float
    wall_local: datetime
    offer: Plan  # what a touch on the first screen starts
    trace: tuple[float, ...] = ()  # resistances of the last minutes in ohm, oldest first
    refused: str | None = None  # code of the last refused start
    limits: tuple[Limit, ...] = ()  # why the accepted plan differs from the offer
