"""The asking side of the recorder's socket; the same as the daemon's but for its messages."""

from appliance.link.client import LinkClient
from appliance.link.recorder_messages import RecorderAnswer, RecorderWelcome, decode_recorder_answer


class RecorderClient(LinkClient[RecorderAnswer]):
    """A connection to the recorder."""

    read = staticmethod(decode_recorder_answer)
    serves = "ionto-recorder"

    @property
    def welcome(self) -> RecorderWelcome | None:
        """What the recorder said of the device; None until it did."""
        return self._welcome if isinstance(self._welcome, RecorderWelcome) else None
