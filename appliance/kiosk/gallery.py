"""Pictures of every screen in every recorded state, size and colour, without a device and in one process."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

from kivy.base import EventLoop
from kivy.core.window import Window

from appliance.kiosk import look, words
from appliance.kiosk.recorded import PLAN, RECORDED, Recorded
from appliance.kiosk.root import Root
from appliance.kiosk.shown import Shown
from appliance.kiosk.snapshot import save
from appliance.kiosk.theme import Theme, ThemeName
from appliance.kiosk.view_model import build

SIZES: Final = ((800, 480), (1280, 720), (720, 1280))
THEMES: Final[tuple[ThemeName, ...]] = get_args(ThemeName)
WALL_LOCAL: Final = datetime(2026, 11, 23, 19, 54)  # a picture's clock


def shown(recorded: Recorded) -> Shown:
    """A recorded status as the kiosk would know it."""
    return Shown(
        status=recorded.status,
        age_s=recorded.age_s,
        state_age_s=5.0,
        wall_local=WALL_LOCAL,
        offer=PLAN,
        trace=recorded.trace,
        refused=recorded.refused,
        limits=recorded.limits,
    )


def resize(size_px: tuple[int, int]) -> None:
    """Make the window this large and let it happen."""
    Window.size = size_px
    for _ in range(3):
        EventLoop.idle()


def render(
    out: Path, names: Iterable[str], sizes: Iterable[tuple[int, int]], themes: Iterable[ThemeName], language: str
) -> list[Path]:
    """Write one PNG for each name, size and theme; the paths written."""
    out.mkdir(parents=True, exist_ok=True)
    words.set_language(language)
    written: list[Path] = []
    for size_px in sizes:
        resize(size_px)
        for theme in themes:
            look.use(Theme(theme, *size_px))
            root = Root(lambda _action: None)
            Window.clearcolor = look.theme().color("ground")
            Window.add_widget(root)
            for name in names:
                root.show(build(shown(RECORDED[name])))
                EventLoop.idle()
                EventLoop.idle()
                written.append(out / f"{name}_{size_px[0]}x{size_px[1]}_{theme}_{language}.png")
                save(written[-1])
            Window.remove_widget(root)
    return written
