"""The bench's socket for the daemon: I2C transfers and pins, one daemon at a time, any number one after the other.

When a daemon's connection ends, for whatever reason, every line KEEPS its last level. On Linux lines of a dead
process may be kept or may return to inputs, depending on the driver; the bench models the worse case, in which ENABLE
stays high and the last kick level stands, so that watchdog and charge pump must do their work. Only `Op.RELEASE`,
which a living daemon sends when it closes its pins, lets the outputs fall to their pulls.
"""

import errno
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec

from appliance.hal.ports import I2cTransport, PinPort
from appliance.sim.wire import MAX_PACKET_BYTES, PULLS, REPLY, REQUEST, WIRE_VERSION, Greeting, Op

_PEER: Final = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED


class WiredBench(Protocol):
    """What the port needs of the bench."""

    i2c: I2cTransport
    pins: PinPort

    @property
    def now_ns(self) -> int:
        """Bench time."""
        ...


class DaemonPort:
    """Serves the daemon that is connected; tells what happens through `happened(kind, detail)`."""

    def __init__(
        self,
        listener: socket.socket,
        bench: WiredBench,
        clock_file: Path,
        lines: tuple[int, ...],
        hang_ns: int,
        happened: Callable[[str, str], None],
    ) -> None:
        """`lines`: GPIO lines whose levels every reply carries; `hang_ns`: how long a hanging bus holds a caller."""
        self._listener = listener
        self._bench = bench
        self._lines = tuple((gpio, 1 << gpio) for gpio in lines)
        self._hang_ns = hang_ns
        self._clock_file = str(clock_file)
        self._happened = happened
        self._daemon: socket.socket | None = None
        self._pid = 0

    @property
    def sockets(self) -> list[socket.socket]:
        """What to wait for."""
        return [self._listener] if self._daemon is None else [self._listener, self._daemon]

    def levels(self) -> int:
        """Levels of all lines, one bit each."""
        read = self._bench.pins.read
        mask = 0
        for gpio, bit in self._lines:
            if read(gpio):
                mask |= bit
        return mask

    def serve(self, ready: socket.socket) -> None:
        """Do what `ready`, one of `sockets`, waits for. Never blocks, never raises for what a daemon did."""
        if ready is self._listener:
            self._accept()
        elif ready is self._daemon:
            self._answer(ready)

    def close(self) -> None:
        """Drop the daemon and stop listening."""
        self._listener.close()
        if self._daemon is not None:
            self._daemon.close()

    def _accept(self) -> None:
        try:
            daemon = self._listener.accept()[0]
        except OSError:  # it has gone again
            return
        refused = "" if self._daemon is None else f"another daemon (process {self._pid}) is connected"
        daemon.setblocking(False)
        try:
            daemon.send(msgspec.json.encode(Greeting(WIRE_VERSION, self._clock_file, refused)))
            peer = daemon.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        except OSError:
            refused = "it has gone again"
        if refused:
            daemon.close()
            return
        self._daemon = daemon
        self._pid = _PEER.unpack(peer)[0]
        self._happened("daemon_connected", f"process {self._pid}")

    def _answer(self, daemon: socket.socket) -> None:
        try:
            packet = daemon.recv(MAX_PACKET_BYTES)
            if packet:
                daemon.send(self._done(packet))
                return
            why = "closed"
        except BlockingIOError:
            why = "does not take its replies"
        except (OSError, ValueError, struct.error) as error:
            why = str(error)
        daemon.close()
        self._daemon = None
        self._happened("daemon_lost", f"process {self._pid}: {why}; its lines keep their levels")

    def _done(self, packet: bytes) -> bytes:
        """Do one request. Raises ValueError or struct.error when it is none."""
        op, first, second = REQUEST.unpack_from(packet)
        data = b""
        error = 0
        try:
            if op == Op.TRANSFER:
                data = self._bench.i2c.transfer(first, packet[REQUEST.size :], second)
            elif op == Op.STATE:
                self._happened("state", packet[REQUEST.size :].decode())
            else:
                self._pin(Op(op), first, second)
        except OSError as refusal:
            error = refusal.errno or errno.EIO
        done_ns = self._bench.now_ns + (self._hang_ns if error == errno.ETIMEDOUT else 0)
        return REPLY.pack(error, self.levels(), done_ns) + data

    def _pin(self, op: Op, gpio: int, value: int) -> None:
        pins = self._bench.pins
        if op is Op.WRITE:
            pins.write(gpio, bool(value))
        elif op is Op.OUTPUT:
            pins.configure_output(gpio, bool(value))
        elif op is Op.INPUT and value < len(PULLS):
            pins.configure_input(gpio, PULLS[value])
        elif op is Op.RELEASE:
            pins.close()
        elif op is not Op.LEVELS:
            raise ValueError(f"no pull {value}")
