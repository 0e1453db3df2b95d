"""Turns the drawings (SVG, light colours) into the PNG files of baked/, light and dark, at x1 and x1.5.

Run by a person or by make after a drawing or a colour changed: `python -m appliance.kiosk.drawings.bake`. The stamp in
baked/ tells the test whether they are stale; the kiosk itself never reads an SVG.
"""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from appliance.kiosk.theme import tokens

HERE: Final = Path(__file__).resolve().parent
BAKED: Final = HERE / "baked"
STAMP: Final = BAKED / "sources.sha256"
SCALES: Final = {"1": 1.0, "15": 1.5}
# In light two tokens share a colour; in the drawings a rectangle is a tray or towel, a path is a hand.
TOKENS: Final = (
    "ink",
    "simB",
    "accent",
    "water",
    "pause",
    "stop",
    "sunken",
    "track",
    "edge",
    "rule",
    "ink2",
    "accenttint",
)


def recolour(svg: str, theme: str) -> str:
    """The drawing in the colours of `theme`."""
    light, wanted = tokens()["color"]["light"], tokens()["color"][theme]
    shapes = re.split(r"(?=<)", svg)
    for i, shape in enumerate(shapes):
        skin = "surface" if shape.startswith("<rect") else "skin"
        changes = {light[name].lower(): wanted[name] for name in TOKENS} | {light["skin"].lower(): wanted[skin]}
        shapes[i] = re.sub(r"#[0-9A-Fa-f]{6}", lambda m, c=changes: c.get(m[0].lower(), m[0]), shape)
    return "".join(shapes)


def stamp() -> str:
    """One hash over everything that the pictures come from."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    colours: dict[str, Any] = tokens()["color"]
    digest.update(repr(sorted((theme, sorted(table.items())) for theme, table in colours.items())).encode())
    for source in sorted(HERE.glob("*.svg")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Bake all. Icons are baked once, white, and tinted when shown."""
    import resvg_py  # noqa: PLC0415 - for the person who bakes, not for the kiosk

    BAKED.mkdir(exist_ok=True)
    for old in BAKED.glob("*.png"):
        old.unlink()
    for source in sorted(HERE.glob("*.svg")):
        svg = source.read_text("utf-8")
        icon = source.stem.startswith("icon_")
        for theme in ("light",) if icon else ("light", "dark"):
            text = svg.replace("#1F2625", "#FFFFFF") if icon else recolour(svg, theme)
            for name, scale in SCALES.items():
                size = re.search(r'width="(\d+)" height="(\d+)"', svg)
                if size is None:
                    raise SystemExit(f"{source.name}: no size")
                width = round(int(size[1]) * scale)
                picture = resvg_py.svg_to_bytes(svg_string=text, width=width)
                suffix = name if icon else f"{theme}_{name}"
                (BAKED / f"{source.stem}_{suffix}.png").write_bytes(bytes(picture))
    STAMP.write_text(stamp() + "\n", "utf-8")


if __name__ == "__main__":
    main()
