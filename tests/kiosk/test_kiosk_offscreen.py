"""A display of one's own: it comes, it goes, and its absence is one sentence."""

import os
from pathlib import Path

import pytest

from appliance.errors import ConfigError
from appliance.kiosk.offscreen import virtual_display


def test_a_display_of_ones_own_is_there_and_then_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with virtual_display((320, 240)) as name:
        assert os.environ["DISPLAY"] == name
        socket = Path(f"/tmp/.X11-unix/X{name.removeprefix(':')}")
        assert socket.exists()
    assert "DISPLAY" not in os.environ
    assert not socket.exists()


def test_without_xvfb_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigError) as caught, virtual_display((320, 240)):
        pass
    assert caught.value.code == "E510"
    assert "xvfb" in caught.value.message


def test_an_xvfb_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "Xvfb"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ConfigError) as caught, virtual_display((320, 240)):
        pass
    assert caught.value.code == "E510"
