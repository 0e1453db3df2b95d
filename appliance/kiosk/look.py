"""The one theme in force, for widgets and their .kv files (there it is called T). Changing it means building anew."""

from appliance.kiosk.theme import Theme


class _Look:
    theme = Theme("light", 800, 480)


def theme() -> Theme:
    """The theme of everything built now."""
    return _Look.theme


def use(new: Theme) -> None:
    """Build everything from now on with `new`."""
    _Look.theme = new
