"""Bytes become the same frames however they were split, and nothing that comes in raises anything but LinkError."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import LinkError
from appliance.link.framing import FRAME_BYTES, Frames, decode_answer, decode_command, encode, version_of
from appliance.link.messages import Event, Hello, Message, Start, Stop

LIMIT = 16
TOO_LONG = "too long"


def taken(frames: Frames) -> list[bytes | str]:
    """Everything that can be taken now."""
    found: list[bytes | str] = []
    while frames:
        try:
            frame = frames.take()
        except LinkError as error:
            assert error.code == "E102"
            found.append(TOO_LONG)
        else:
            assert frame is not None
            found.append(frame)
    return found


@given(lines=st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")), max_size=8), data=st.data())
def test_any_split_gives_the_same_frames(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    frames = Frames(LIMIT)
    got: list[bytes | str] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        frames.feed(stream[start:end])
        got += taken(frames)
    assert got == [line if len(line) < LIMIT else TOO_LONG for line in lines]


@given(st.binary(max_size=300))
def test_an_unfinished_line_is_never_kept_beyond_one_frame(data: bytes) -> None:
    frames = Frames(LIMIT)
    for byte in data:
        frames.feed(bytes((byte,)))
        taken(frames)
        assert len(frames._part) < LIMIT


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_the_limit_includes_the_newline(extra: int, fits: bool) -> None:
    frames = Frames()
    frames.feed(b"x" * (FRAME_BYTES - 1 + extra) + b"\n")
    assert (taken(frames) != [TOO_LONG]) is fits


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_garbage_is_refused_with_one_sentence(frame: bytes) -> None:
    for decode in (decode_command, decode_answer):
        with pytest.raises(LinkError) as caught:
            decode(frame)
        assert caught.value.code == "E101"
        assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("frame", "names"),
    [
        (b"stop", "not"),
        (b"", "truncated"),
        (b"[]", "object"),
        (b"{}", "type"),
        (b'{"type":"nope"}', "nope"),
        (b'{"type":"stop","now":true}', "now"),
        (b'{"type":"adjust","steps":2}', "2"),
        (b'{"type":"hello","role":"kiosk"}', "version"),
        (b'{"type":"hello","role":"\xff","version":1}', "UTF-8"),
        (b'{"a":' + b"[" * 16000, "deeply"),
    ],
)
def test_what_is_wrong_is_named(frame: bytes, names: str) -> None:
    with pytest.raises(LinkError) as caught:
        decode_command(frame)
    message = caught.value.message
    assert message.startswith("a message could not be read: ")
    assert names in message or frame == b"stop"


def test_a_message_that_no_frame_can_hold_is_not_sent() -> None:
    with pytest.raises(LinkError) as caught:
        encode(Event(1, 2, None, "state", {"text": "x" * FRAME_BYTES}))
    assert caught.value.code == "E102"


@pytest.mark.parametrize("message", [Hello("kiosk", 1), Stop()])
def test_what_was_encoded_can_be_read(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert decode_command(line[:-1]) == message


def test_whole_numbers_are_read_as_numbers() -> None:
    start = decode_command(
        b'{"type":"start","id":"a","permit":"demo","plan":{"site":"hands","set_ma":15,"max_ma":20,"duration_s":60}}'
    )
    assert isinstance(start, Start)
    assert start.plan.set_ma == 15.0


def test_the_version_is_read_even_from_a_greeting_of_the_future() -> None:
    assert version_of(b'{"type":"hello","version":7,"role":{"new":1}}', "hello") == 7
    assert version_of(b'{"type":"stop"}', "hello") is None
    assert version_of(b"[" * 16000, "hello") is None
    assert version_of(msgspec.json.encode({"type": "welcome", "version": 7}), "hello") is None
