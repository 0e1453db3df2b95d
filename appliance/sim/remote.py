"""The bench seen from another process: the daemon's I2C, pins and clock over a socket, and the control channel.

A transfer is one round trip, and its reply carries the levels of all GPIO lines at that moment; a pin that is read
within a millisecond of a reply is answered from it, an older one is asked for. So a tick that has just measured reads
all its interlock inputs without another round trip. Every wait is bounded; when the bench is gone every call fails
as a missing chip does (ENXIO), and the daemon cuts. Never used on a real device.
"""

import errno
import os
import socket
import struct
import time
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from appliance.errors import ConfigError, LinkError
from appliance.hal.ports import Pull
from appliance.sim.actions import Value
from appliance.sim.bench_clock import BenchClock
from appliance.sim.wire import (
    MAX_LINE_BYTES,
    MAX_PACKET_BYTES,
    PULLS,
    REPLY_TIMEOUT_S,
    REQUEST,
    WIRE_VERSION,
    Act,
    Answer,
    AskFelt,
    AskMeter,
    FeltNow,
    Greeting,
    MeterNow,
    NotDone,
    Observed,
    Op,
    Question,
    Reply,
    Shutdown,
    control_path,
    decode_answer,
    decode_reply,
)
from appliance.units import NS_PER_MS

_FRESH_NS: Final = NS_PER_MS
_RETRY_S: Final = 0.02
_TIMEVAL: Final = struct.Struct("@ll")


class Wire:
    """The daemon's connection: one request, one reply."""

    def __init__(self, connection: socket.socket, clock: BenchClock) -> None:
        """`connection` was greeted."""
        self._connection = connection
        self._clock = clock
        self._levels = 0
        self._levels_ns = 0
        # The kernel's own timeouts: a socket timeout of Python's would cost another system call each time.
        bound = _TIMEVAL.pack(int(REPLY_TIMEOUT_S), int(REPLY_TIMEOUT_S % 1 * 1e6))
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)

    def ask(self, op: Op, first: int = 0, second: int = 0, data: bytes = b"") -> bytes:
        """One round trip.

        Raises:
            OSError: what the bench answered; ETIMEDOUT, it did not answer in time; ENXIO, it is gone.
        """
        asked_ns = time.monotonic_ns()
        reply = self._exchanged(REQUEST.pack(op, first, second) + data)
        self._levels = reply.levels
        self._levels_ns = asked_ns
        self._clock.sleep_until_ns(reply.bench_ns)  # a transfer takes its time on the bus
        if reply.error:
            raise OSError(reply.error, os.strerror(reply.error))
        return reply.data

    def levels(self) -> int:
        """Levels of all lines, at most a millisecond old."""
        if time.monotonic_ns() - self._levels_ns > _FRESH_NS:
            self.ask(Op.LEVELS)
        return self._levels

    def close(self) -> None:
        """Hang up; the lines keep their levels."""
        self._connection.close()

    def _exchanged(self, packet: bytes) -> Reply:
        try:
            self._connection.send(packet)
            answer = self._connection.recv(MAX_PACKET_BYTES)
        except BlockingIOError as error:
            self.close()  # a late reply would answer the next request
            raise OSError(errno.ETIMEDOUT, f"the bench did not answer within {REPLY_TIMEOUT_S} s") from error
        except OSError as error:
            raise OSError(errno.ENXIO, "the bench is gone") from error
        if not answer:
            raise OSError(errno.ENXIO, "the bench is gone")
        return decode_reply(answer)


class RemoteI2c:
    """`hal.ports.I2cTransport` over the socket."""

    def __init__(self, wire: Wire) -> None:
        """Share the daemon's connection."""
        self._wire = wire

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        """As the port says; an address beyond 7 bits is ValueError here, before it travels."""
        if not 0 <= address <= 0x7F:
            raise ValueError(f"{address:#x} is no 7-bit address")
        return self._wire.ask(Op.TRANSFER, address, read_len, write)

    def close(self) -> None:
        """Nothing to release: `RemoteBench.close` hangs up."""


class RemotePins:
    """`hal.ports.PinPort` over the socket."""

    def __init__(self, wire: Wire) -> None:
        """Share the daemon's connection."""
        self._wire = wire

    def configure_output(self, gpio: int, high: bool) -> None:
        """As the port says."""
        self._wire.ask(Op.OUTPUT, gpio, high)

    def configure_input(self, gpio: int, pull: Pull) -> None:
        """As the port says."""
        self._wire.ask(Op.INPUT, gpio, PULLS.index(pull))

    def write(self, gpio: int, high: bool) -> None:
        """As the port says; the bench has acted when this returns."""
        self._wire.ask(Op.WRITE, gpio, high)

    def read(self, gpio: int) -> bool:
        """As the port says; at most a millisecond old."""
        return bool(self._wire.levels() >> gpio & 1)

    def close(self) -> None:
        """Release all lines: outputs fall to their pulls. A bench that is gone has none to release."""
        try:
            self._wire.ask(Op.RELEASE)
        except OSError as error:
            if error.errno not in (errno.ENXIO, errno.ETIMEDOUT):
                raise


class RemoteBench(NamedTuple):
    """What a simulated daemon gets in place of a board."""

    i2c: RemoteI2c
    pins: RemotePins
    clock: BenchClock
    wire: Wire

    @classmethod
    def connect(cls, socket_path: Path, timeout_s: float = 5.0) -> "RemoteBench":
        """Become the daemon of the bench at `socket_path`, waiting for it at most `timeout_s`.

        Raises:
            ConfigError: E508, nobody serves it, or another daemon is served.
            LinkError: E103, the bench is of another version.
        """
        connection = _connected(socket_path, socket.SOCK_SEQPACKET, timeout_s)
        try:
            greeting = msgspec.json.decode(connection.recv(MAX_PACKET_BYTES), type=Greeting)
            if greeting.version != WIRE_VERSION:
                raise LinkError("E103", f"the bench speaks version {greeting.version}, this program {WIRE_VERSION}")
            if greeting.refused:
                raise ConfigError("E508", f"the bench at {socket_path} refuses: {greeting.refused}")
            clock = BenchClock(Path(greeting.clock_file))
        except (OSError, msgspec.DecodeError) as error:
            connection.close()
            raise ConfigError("E508", f"no bench answers at {socket_path}: {error}") from error
        except (ConfigError, LinkError):
            connection.close()
            raise
        wire = Wire(connection, clock)
        return cls(RemoteI2c(wire), RemotePins(wire), clock, wire)

    def observe_state(self, state: str) -> None:
        """Tell the bench which state the daemon is in, for scripts that wait for one. Raises as a transfer."""
        self.wire.ask(Op.STATE, data=state.encode())

    def close(self) -> None:
        """Hang up; the lines keep their levels unless `pins.close()` released them."""
        self.wire.close()
        self.clock.close()


class BenchControl:
    """The control channel: for the demo's simulated person, for tests, for people."""

    def __init__(self, socket_path: Path, timeout_s: float = 5.0) -> None:
        """Connect to the control channel of the bench whose daemon socket is `socket_path`.

        Raises:
            ConfigError: E508, nobody serves it.
        """
        self._connection = _connected(control_path(socket_path), socket.SOCK_STREAM, timeout_s)
        self._connection.settimeout(REPLY_TIMEOUT_S)
        self._received = b""

    def act(self, action: str, **params: Value) -> None:
        """Do an action now. Raises ConfigError: E504, it is not possible; E508, the bench is gone."""
        self._asked(Act(action, params))

    def observe_state(self, state: str) -> None:
        """Tell the daemon's state. Raises as `act`."""
        self._asked(Observed(state))

    def felt(self) -> FeltNow:
        """What the patient feels now. Raises as `act`."""
        answer = self._asked(AskFelt())
        if not isinstance(answer, FeltNow):
            raise ConfigError("E508", "the bench did not say what is felt")
        return answer

    def meter_ma(self) -> float:
        """What a perfect meter in the path of the dummy load, or of the patient, reads now. Raises as `act`."""
        answer = self._asked(AskMeter())
        if not isinstance(answer, MeterNow):
            raise ConfigError("E508", "the bench did not say what its meter reads")
        return answer.current_ma

    def shutdown(self) -> None:
        """End the bench. Raises as `act`."""
        self._asked(Shutdown())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _asked(self, question: Question) -> Answer:
        try:
            self._connection.sendall(msgspec.json.encode(question) + b"\n")
            while b"\n" not in self._received:
                part = self._connection.recv(MAX_LINE_BYTES)
                if not part:
                    raise ConnectionResetError("it hung up")
                self._received += part
        except OSError as error:
            self.close()
            raise ConfigError("E508", f"the bench does not answer: {error}") from error
        line, self._received = self._received.split(b"\n", 1)
        answer = decode_answer(line)
        if isinstance(answer, NotDone):
            raise ConfigError(answer.code, answer.message)
        return answer


def _connected(path: Path, kind: socket.SocketKind, timeout_s: float) -> socket.socket:
    """Connect, trying again until `timeout_s` has passed; raises ConfigError E508."""
    end_s = time.monotonic() + timeout_s
    while True:
        connection = socket.socket(socket.AF_UNIX, kind)
        connection.settimeout(max(timeout_s, _RETRY_S))
        try:
            connection.connect(str(path))
            return connection
        except OSError as error:
            connection.close()
            if time.monotonic() >= end_s:
                raise ConfigError("E508", f"no bench at {path}: {error.strerror}; start `ionto bench` first") from error
        time.sleep(_RETRY_S)
