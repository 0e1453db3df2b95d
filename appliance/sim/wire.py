"""What travels between the bench's process and others: a binary packet a transfer, JSON lines for people.

The daemon's socket is SOCK_SEQPACKET: one request, one reply, in order, one daemon at a time. The control socket is
a stream of JSON lines. Nothing here knows the circuit, and nothing here is on a real device.
"""

import struct
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from appliance.errors import ConfigError

WIRE_VERSION: Final = 1
MAX_PACKET_BYTES: Final = 4096
MAX_LINE_BYTES: Final = 16384
REPLY_TIMEOUT_S: Final = 1.0  # real time: longer than any stall that the slip hides, short enough for a dead bench


class Op(IntEnum):
    """What the daemon asks of the bench. The bytes after it are named in `REQUEST`."""

    TRANSFER = 1  # address, read_len, then the bytes written
    OUTPUT = 2  # gpio, level
    INPUT = 3  # gpio, pull
    WRITE = 4  # gpio, level
    LEVELS = 5
    RELEASE = 6  # every line: outputs fall to their pulls
    STATE = 7  # then the daemon's state, UTF-8


REQUEST: Final = struct.Struct("<BBB")
REPLY: Final = struct.Struct("<HIq")  # errno or 0, levels of GPIO 0..31, bench time when it was done; then bytes read
PULLS: Final = ("none", "up", "down")


class Greeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First packet to a daemon. `refused` is empty when it is served."""

    version: int
    clock_file: str
    refused: str = ""


class Reply(NamedTuple):
    """One reply, decoded."""

    error: int
    levels: int
    bench_ns: int
    data: bytes


def decode_reply(packet: bytes) -> Reply:
    """Take a reply apart.

    Raises:
        struct.error: it is too short.
    """
    error, levels, bench_ns = REPLY.unpack_from(packet)
    return Reply(error, levels, bench_ns, packet[REPLY.size :])


def control_path(socket_path: Path) -> Path:
    """Where the control channel of the bench at `socket_path` listens."""
    return socket_path.with_name(socket_path.name + ".control")


# ---------------------------------------------------------------- control channel, to the bench


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of every line of the control channel and of the felt log."""


class Act(Line, frozen=True, tag="act"):
    """Do an action now."""

    action: str
    params: Mapping[str, float | int | bool | str] = {}


class Observed(Line, frozen=True, tag="state"):
    """The daemon was seen in a state: steps of the script that wait for it become due."""

    state: str


class AskFelt(Line, frozen=True, tag="felt"):
    """What is felt now?"""


class AskMeter(Line, frozen=True, tag="meter"):
    """What does a meter in the dummy load's or the patient's path read now?"""


class Shutdown(Line, frozen=True, tag="shutdown"):
    """End the bench."""


# ---------------------------------------------------------------- control channel, from the bench


class Done(Line, frozen=True, tag="done"):
    """It was done."""


class NotDone(Line, frozen=True, tag="refused"):
    """Nothing was done, and why."""

    code: str
    message: str


class FeltNow(Line, frozen=True, tag="felt_now"):
    """What the patient feels at `t_ns` of bench time; charge since the bench's start."""

    t_ns: int
    current_ma: float
    density_ma_per_cm2: float
    charge_mc: float
    volts: float
    slip_ns: int = 0
    stalls: int = 0
    simulated: bool = True


class MeterNow(Line, frozen=True, tag="meter_now"):
    """What a perfect meter reads."""

    current_ma: float
    simulated: bool = True


Question = Act | Observed | AskFelt | AskMeter | Shutdown
Answer = Done | NotDone | FeltNow | MeterNow

_QUESTIONS: Final[msgspec.json.Decoder[Question]] = msgspec.json.Decoder(Question)
_ANSWERS: Final[msgspec.json.Decoder[Answer]] = msgspec.json.Decoder(Answer)


def decode_question(line: bytes) -> Question:
    """Read one line of a control client.

    Raises:
        ConfigError: E504, it is no question of the protocol.
    """
    try:
        return _QUESTIONS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError("E504", f"not a line of the bench's control channel: {error}") from error


def decode_answer(line: bytes) -> Answer:
    """Read one line of the bench.

    Raises:
        ConfigError: E508, the other end is no bench.
    """
    try:
        return _ANSWERS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError("E508", f"the bench answered something else: {error}") from error
