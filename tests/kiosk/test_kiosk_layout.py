"""Every recorded screen, drawn for real: nothing clipped or overlapping, targets large enough, STOP in its place."""

# ruff: noqa: PLC0415 - Kivy opens its window when it is imported

from itertools import combinations

import pytest
from kiosk_rig import labels

from appliance.kiosk import look, words
from appliance.kiosk.gallery import SIZES, resize, shown
from appliance.kiosk.recorded import RECORDED
from appliance.kiosk.theme import Theme, tokens
from appliance.kiosk.view_model import build

CASES = [(size, language) for size in (*SIZES, (1024, 600)) for language in words.LANGUAGES]


def ink(label: object) -> tuple[float, float, float, float]:
    """Where the letters of a label are: left, bottom, right, top. Its lines have air above and below."""
    lines = label._label._cached_lines  # type: ignore[attr-defined]
    wide, high = max(line.w for line in lines), sum(line.h for line in lines)
    x, y, width, height = label.x, label.y, label.width, label.height  # type: ignore[attr-defined]
    left = {"center": x + (width - wide) / 2, "right": x + width - wide}.get(label.halign, x)  # type: ignore[attr-defined]
    bottom = {"top": y + height - high, "middle": y + (height - high) / 2}.get(label.valign, y)  # type: ignore[attr-defined]
    em = label.font_size  # type: ignore[attr-defined]
    below = 0.08 if set(label.text) & set("gjpqyQ,;") else 0.25  # type: ignore[attr-defined]
    return left, bottom + below * em, left + wide, bottom + high - 0.3 * em


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1


def targets(widget: object) -> list:  # type: ignore[type-arg]
    from appliance.kiosk.widgets.buttons import Touch

    found = [widget] if isinstance(widget, Touch) and widget.button.shown else []
    for child in widget.children:  # type: ignore[attr-defined]
        found += targets(child)
    return found


@pytest.mark.parametrize(("size", "language"), CASES)
def test_every_screen_is_whole(window: object, size: tuple[int, int], language: str) -> None:
    from kivy.clock import Clock
    from kivy.core.window import Window

    from appliance.kiosk.root import Root

    resize(size)
    look.use(Theme("light", *size))
    words.set_language(language)
    root = Root(lambda _action: None)
    Window.add_widget(root)
    wrong: list[str] = []
    try:
        for name, recorded in RECORDED.items():
            root.show(build(shown(recorded)))
            Clock.tick()
            wrong += [f"{name}: {problem}" for problem in problems(root)]
    finally:
        Window.remove_widget(root)
        words.set_language("en")
    assert not wrong, "\n".join(wrong)


def problems(root: object) -> list[str]:
    found: list[str] = []
    seen = labels(root)
    scale = look.theme().scale
    for label in seen:
        if not getattr(label, "fits", True):
            found.append(f"clipped: {label.text!r}")
        if label.font_size < tokens()["type"]["label"] * scale - 0.1:
            found.append(f"too small: {label.text!r}")
    long = [holder for holder in walk(root) if hasattr(holder, "fits") and not holder.fits]
    found += [f"too long: {[label.text for label in labels(holder)]}" for holder in long if labels(holder)]
    pairs = [(a, b) for a, b in combinations(seen, 2) if overlap(ink(a), ink(b))]
    found += [f"overlap: {a.text!r} and {b.text!r}" for a, b in pairs]
    stop = root.stop_bar  # type: ignore[attr-defined]
    for target in targets(root):
        if min(target.size) < tokens()["target"]["minimum"] * scale - 1:
            found.append(f"small target: {target.button.text}")
        if stop.stop is not None and target.y < stop.top + tokens()["space"]["gap_above_stop"] * scale - 1.5:
            found.append(f"too near to STOP: {target.button.text}")
    if stop.stop is not None:
        if (stop.x, stop.y) != (0, 0) or stop.width != look.theme().width_px:
            found.append("STOP is not the bottom edge")
        if stop.height < tokens()["target"]["stop_height"] * scale - 1:
            found.append("STOP is too low")
        found += [f"under STOP: {label.text!r}" for label in labels(root.screen) if ink(label)[1] < stop.top - 1]  # type: ignore[attr-defined]
    return found


def walk(widget: object) -> list[object]:
    return [widget, *(below for child in widget.children for below in walk(child))]  # type: ignore[attr-defined]
