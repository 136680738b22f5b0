"""What could not be delivered yet, on disk: one file a process, of batches that carry their length and checksum.

A batch that is in the spool has been synced, so that neither the end of the process nor a loss of power loses it. It is
delivered by this process once the server is back, or by any later one that speaks to the same server; entries are
idempotent, so that a batch delivered twice is recorded once. A file whose end was cut off is read up to there.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

_HEADER = struct.Struct("<II")
SUFFIX = ".spool"
REFUSED = ".refused"


def spool_directory(home: Path, address: str) -> Path:
    """Where batches for the server at `address` wait."""
    return home / "spool" / hashlib.sha256(address.encode()).hexdigest()[:16]


class Spool:
    """The waiting batches of one process.

    Args:
        directory: shared by all processes that speak to the same server.
        process: identity of this process.
    """

    def __init__(self, directory: Path, process: str) -> None:
        self.directory = directory
        self.path = directory / (process.replace("/", "~") + SUFFIX)
        self._lock = threading.RLock()
        self._delivered = 0
        """Bytes at the file's beginning that the server has."""

    def add(self, body: bytes) -> None:
        """Keep a batch; it is synced when this returns. Raises OSError."""
        frame = _HEADER.pack(len(body), zlib.crc32(body)) + body
        with self._lock:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = not self.path.exists()
            descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            try:
                _write_whole(descriptor, frame)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if fresh:
                _sync_directory(self.directory)

    @property
    def waiting(self) -> bool:
        """Whether this process has batches to deliver."""
        return self.path.exists()

    def deliver(self, send: Callable[[bytes], bool]) -> int:
        """Give every waiting batch to `send`, the oldest first; returns how many.

        `send` says whether the server took it; one it refuses for good is kept aside in a file of its own. What `send`
        raises ends this, and the rest goes on waiting.
        """
        with self._lock:
            if not self.waiting:
                return 0
            count = 0
            for start, body in batches(self.path, self._delivered):
                if not send(body):
                    self._set_aside(start, body)
                self._delivered = start + _HEADER.size + len(body)
                count += 1
            self._delivered = 0
            self.path.unlink(missing_ok=True)
            return count

    def _set_aside(self, start: int, body: bytes) -> None:
        self.path.with_name(f"{self.path.stem}.{start}{REFUSED}").write_bytes(body)

    def orphans(self, is_gone: Callable[[str], bool | None]) -> list[Spool]:
        """Spools of processes that have ended."""
        found = []
        for path in sorted(self.directory.glob("*" + SUFFIX)) if self.directory.is_dir() else ():
            process = path.name.removesuffix(SUFFIX).replace("~", "/")
            if path != self.path and is_gone(process):
                found.append(Spool(self.directory, process))
        return found


def batches(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The whole batches of a file from a position on, each with its own position."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(start)
        while True:
            header = file.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return
            length, checksum = _HEADER.unpack(header)
            body = file.read(length)
            if len(body) < length or zlib.crc32(body) != checksum:
                return
            yield start, body
            start += _HEADER.size + length


def _write_whole(descriptor: int, data: bytes) -> None:
    """Write all of it, or leave the file as it was."""
    size = os.fstat(descriptor).st_size
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
