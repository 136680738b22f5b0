"""The other end of a process pool: a process that runs one packed call after another until nobody wants it any more."""

from __future__ import annotations

import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from types import FrameType

from prefect.engine.runners.shipping import run_packed
from prefect.exceptions import TerminationSignal

_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 20


def send(link: socket.socket, content: bytes) -> None:
    """Send one message. Raises OSError if the other side is gone."""
    link.sendall(_LENGTH.pack(len(content)))
    link.sendall(content)


def receive(link: socket.socket) -> bytes:
    """The next message. Raises EOFError if the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(link, _LENGTH.size))
    return _exactly(link, length)


def _exactly(link: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        try:
            piece = link.recv(min(length - len(content), _PIECE))
        except ConnectionError:
            piece = b""
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


def main(handle: int | None = None) -> None:
    """Serve calls that come through the socket inherited under that number; on Windows it comes by standard input."""
    link = socket.socket(fileno=handle) if handle is not None else _shared_socket()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    signal.signal(signal.SIGTERM, _terminate)
    try:
        path, argv, initialize = pickle.loads(receive(link))
        sys.path[:], sys.argv = path, argv
        if initialize is not None:
            function, arguments = pickle.loads(initialize)
            function(*arguments)
        while True:
            answer = run_packed(receive(link))
            sys.stdout.flush()
            send(link, answer)
    except (EOFError, OSError, TerminationSignal):
        return


def _shared_socket() -> socket.socket:
    from_share: Callable[[bytes], socket.socket] = vars(socket)["fromshare"]  # only Windows has it
    return from_share(sys.stdin.buffer.read())


def _terminate(number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise TerminationSignal(number)
