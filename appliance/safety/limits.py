"""The chain that every path which can raise current passes, in one order.

Device, board, site, prescription, voltage, lease: each link may only tighten, and says why. The patient's own choice
is what is asked for, so it stands before them all.
"""

from typing import Final

from appliance.safety import hard_limits
from appliance.safety.constraint import Constraint
from appliance.safety.hard_limits import SiteLimits


class CurrentLimits:
    """Built once for a session; `ceiling` holds what does not change during it."""

    def __init__(self, site: SiteLimits, board_ma: float, prescription_ma: float, ma_per_code: float) -> None:
        """`board_ma`: what the calibration can prove; `prescription_ma`: how far the patient may raise it."""
        # Dither stays below what must never be: device, board and site. What is prescribed is a mean.
        margin_ma = hard_limits.MARGIN_CODES * ma_per_code
        self._ordered: Final = (
            (hard_limits.CURRENT_MA - margin_ma, "limit.device"),
            (board_ma - margin_ma, "limit.board"),
            (site.device_ma - margin_ma, "limit.site"),
            (site.prescriber_ma, "limit.prescriber"),
            (prescription_ma, "limit.prescription"),
        )
        ceiling = Constraint(hard_limits.CURRENT_MA)
        for value, key in self._ordered:
            ceiling.tighten(value, key)
        self.ceiling_ma = max(0.0, ceiling.value)

    def apply(self, asked_ma: float, voltage_ma: float, regulation_ma: float, *, lease_alive: bool) -> Constraint:
        """What may be set now when `asked_ma` is wanted; `asked_ma` is already the patient's own choice.

        Args:
            asked_ma: where the session wants to go.
            voltage_ma: the most that keeps the patient below 44 V.
            regulation_ma: the most that the present compliance voltage can drive in regulation.
            lease_alive: without a living operator's screen nothing may flow.
        """
        chain = Constraint(asked_ma)
        for value, key in self._ordered:
            chain.tighten(value, key)
        chain.tighten(voltage_ma, "limit.voltage")
        chain.tighten(regulation_ma, "limit.compliance")
        if not lease_alive:
            chain.tighten(0.0, "limit.lease")
        return chain
