"""The bench's control channel: JSON lines for people, tests and the demo's simulated person. No safety lies here."""

import socket
from collections.abc import Callable
from typing import Final

import msgspec

from appliance.errors import IontoError
from appliance.sim.wire import MAX_LINE_BYTES, Answer, NotDone, Question, decode_question

MAX_CLIENTS: Final = 8


class ControlPort:
    """Answers questions; a client that is too slow, or whose line is too long, is dropped."""

    def __init__(self, listener: socket.socket, answer: Callable[[Question], Answer]) -> None:
        """`answer` does what is asked; an `IontoError` from it becomes a refusal."""
        self._listener = listener
        self._answer = answer
        self._clients: dict[socket.socket, bytes] = {}

    @property
    def sockets(self) -> list[socket.socket]:
        """What to wait for."""
        return [self._listener, *self._clients]

    def serve(self, ready: socket.socket) -> None:
        """Do what `ready`, one of `sockets`, waits for. Never blocks, never raises for what a client did."""
        if ready is self._listener:
            self._accept()
            return
        try:
            received = ready.recv(MAX_LINE_BYTES)
            if received:
                self._clients[ready] = self._take(ready, self._clients[ready] + received)
                return
        except OSError:  # gone, or too slow to take its answers
            pass
        self._drop(ready)

    def close(self) -> None:
        """Drop everyone and stop listening."""
        for client in [*self._clients, self._listener]:
            client.close()

    def _accept(self) -> None:
        try:
            client = self._listener.accept()[0]
        except OSError:  # it has gone again
            return
        if len(self._clients) >= MAX_CLIENTS:
            client.close()
            return
        client.setblocking(False)
        self._clients[client] = b""

    def _drop(self, client: socket.socket) -> None:
        del self._clients[client]
        client.close()

    def _take(self, client: socket.socket, received: bytes) -> bytes:
        """Answer every whole line; returns the rest. Raises OSError to have the client dropped."""
        *lines, rest = received.split(b"\n")
        for line in lines:
            try:
                answer: Answer = self._answer(decode_question(line))
            except IontoError as error:
                answer = NotDone(error.code, error.message)
            client.sendall(msgspec.json.encode(answer) + b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise OSError("a line is too long")
        return rest
