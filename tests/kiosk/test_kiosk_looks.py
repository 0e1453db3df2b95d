"""What the pictures are made of: colours with contrast, drawings that are not stale, fonts with their licence."""

from importlib.resources import files

import pytest

from appliance.kiosk.drawings.bake import BAKED, HERE, STAMP, stamp
from appliance.kiosk.theme import Theme, tokens


def luminance(code: str) -> float:
    """WCAG 2 relative luminance."""
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "least"), [("text", 7.0), ("shape", 3.0)])
def test_contrast(theme: str, kind: str, least: float) -> None:
    colours = tokens()["color"][theme]
    for pair in tokens()["contrast"][theme][kind]:
        above, below = pair.split("_on_")
        light, dark = sorted((luminance(colours[above]), luminance(colours[below])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, pair


def test_the_baked_drawings_are_those_of_the_sources() -> None:
    assert STAMP.read_text("utf-8").strip() == stamp(), "run: python -m appliance.kiosk.drawings.bake"


def test_every_drawing_is_baked_for_both_sizes() -> None:
    for source in HERE.glob("*.svg"):
        names = [source.stem] if source.stem.startswith("icon_") else [f"{source.stem}_{t}" for t in ("light", "dark")]
        for name in names:
            for size in ("1", "15"):
                assert (BAKED / f"{name}_{size}.png").stat().st_size > 50


def test_the_fonts_come_with_their_licence() -> None:
    fonts = files("appliance.kiosk").joinpath("fonts")
    assert "SIL Open Font License" in fonts.joinpath("LICENSE").read_text("utf-8")


def test_a_place_follows_the_edges_of_the_window() -> None:
    wide = Theme("light", 1280, 720)
    assert wide.box((0, 392, 800, 88)) == pytest.approx((0, 0, 1280, 132))
    right = wide.box((380, 44, 396, 98))
    assert right[0] + right[2] == pytest.approx(1280 - 24 * 1.5)
    assert wide.box((24, 58, 330, 316))[0] == pytest.approx(36)
    tall = Theme("light", 720, 1280)
    assert tall.portrait
    assert tall.box((0, 392, 800, 88), (0, 765, 480, 88))[1] == pytest.approx(0, abs=1)
