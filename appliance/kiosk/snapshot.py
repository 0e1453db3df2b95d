"""The window as a PNG file, written beside its place and moved there, so that nobody ever reads half a picture."""

import os
from pathlib import Path

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels
from PIL import Image

GL_PACK_ALIGNMENT = 0x0D05


def save(path: Path) -> None:
    """Draw the window once more and write what it shows."""
    Window.canvas.ask_update()
    Window.dispatch("on_draw")
    width, height = Window.system_size
    glPixelStorei(GL_PACK_ALIGNMENT, 1)
    pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
    picture = Image.frombytes("RGBA", (width, height), pixels).convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    picture.save(beside, "PNG")
    beside.replace(path)
