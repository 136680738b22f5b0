"""What a process does to its files, written down in order, and the files as a power failure may leave them.

Until a file is synced, what was written to it may be on the disk or not, in any combination.
"""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("recorder.c")
HEAD = struct.Struct("=4q")
WRITTEN, TRUNCATED, SYNCED, REMOVED = 1, 2, 3, 4


class Operation(NamedTuple):
    """Something done to a file."""

    kind: int
    path: str
    offset: int
    data: bytes
    end: int
    """How long the record is with it."""


def compiler() -> str | None:
    """The C compiler of this machine."""
    return shutil.which("cc") or shutil.which("gcc")


def build(folder: Path) -> Path:
    """Compile the recorder."""
    cc = compiler()
    assert cc is not None
    made = folder / "recorder.so"
    subprocess.run([cc, "-shared", "-fPIC", "-O1", "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return made


def operations(record: Path) -> Iterator[Operation]:
    """The record, read; an entry that was being written at its end is left out."""
    content, place = record.read_bytes(), 0
    while place + HEAD.size <= len(content):
        kind, offset, path_length, length = HEAD.unpack_from(content, place)
        middle = place + HEAD.size + path_length
        place, path = middle + length, content[middle - path_length : middle].decode()
        if place <= len(content):
            yield Operation(kind, path, offset, content[middle:place], place)


class Disk:
    """Files by path: as they are, and as they are sure to be after a power failure."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.sure: dict[str, bytes] = {}
        self.unsure: list[Operation] = []
        """What is not sure to be on the disk, in order."""

    def apply(self, operation: Operation) -> None:
        """One more operation."""
        if operation.kind != SYNCED:
            _apply(self.files, operation)
            self.unsure.append(operation)
        elif operation.path in self.files:
            self._settle(operation.path)
        else:  # a folder: which files there are
            for path in {each.path for each in self.unsure if each.kind == REMOVED} - self.files.keys():
                self._settle(path)

    def _settle(self, path: str) -> None:
        """A file is sure to be as it is."""
        self.unsure = [each for each in self.unsure if each.path != path]
        if path in self.files:
            self.sure[path] = bytes(self.files[path])
        else:
            self.sure.pop(path, None)

    def after_failure(self, chance: random.Random | None) -> dict[str, bytes]:
        """What may be found after a failure now: of what is not sure nothing, or a part that chance decides."""
        files = {path: bytearray(content) for path, content in self.sure.items()}
        for operation in self.unsure if chance is not None else ():
            if chance is not None and chance.random() < 0.5:
                _apply(files, operation)
        return {path: bytes(content) for path, content in files.items()}


def _apply(files: dict[str, bytearray], operation: Operation) -> None:
    if operation.kind == REMOVED:
        files.pop(operation.path, None)
        return
    file = files.setdefault(operation.path, bytearray())
    if operation.kind == TRUNCATED:
        del file[operation.offset :]
        file.extend(bytes(operation.offset - len(file)))
    elif operation.kind == WRITTEN:
        file.extend(bytes(max(operation.offset - len(file), 0)))
        file[operation.offset : operation.offset + len(operation.data)] = operation.data
