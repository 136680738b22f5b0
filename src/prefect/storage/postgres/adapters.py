"""How values go to PostgreSQL and come back: the same plain values as with SQLite, whatever the column's type.

Flags are bound as 0 and 1, integers always as 64 bits (so that a statement is prepared once), and text without the NULs
that PostgreSQL has no place for. Tags come back as JSON text, sums as integers.
"""

from __future__ import annotations

from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader, NumericLoader

from prefect.storage.postgres.sessions import Session

SMALL_INTEGER = 21
LONGEST_INTEGER = 2**63


class FlagDumper(Dumper):
    """A bool as 0 or 1."""

    oid = SMALL_INTEGER

    def dump(self, obj: bool) -> Buffer:
        """The value as text."""
        return b"1" if obj else b"0"


class TextDumper(Dumper):
    """A str as text of whatever type its place has."""

    def dump(self, obj: str) -> Buffer:
        """The value in UTF-8."""
        return storable(obj).encode("utf-8", "replace")


class NumberLoader(NumericLoader):
    """A sum or an average as int or float."""

    def load(self, data: Buffer) -> Any:
        """The value."""
        return _plain(super().load(data))


class NumberBinaryLoader(NumericBinaryLoader):
    """The same from the binary format."""

    def load(self, data: Buffer) -> Any:
        """The value."""
        return _plain(super().load(data))


class DocumentLoader(Loader):
    """A jsonb document as its text."""

    def load(self, data: Buffer) -> str:
        """The value."""
        return bytes(data).decode()


class DocumentBinaryLoader(Loader):
    """The same from the binary format, which begins with a version."""

    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        """The value."""
        return bytes(data)[1:].decode()


def adapt(connection: Session) -> None:
    """Have a connection take and give plain values."""
    for dumped, dumper in ((bool, FlagDumper), (str, TextDumper), (int, Int8BinaryDumper)):
        connection.adapters.register_dumper(dumped, dumper)
    for loader in (DocumentLoader, DocumentBinaryLoader):
        connection.adapters.register_loader("jsonb", loader)
    for number in (NumberLoader, NumberBinaryLoader):
        connection.adapters.register_loader("numeric", number)


def storable(text: str) -> str:
    """The text with U+FFFD for each NUL."""
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def _plain(value: Any) -> int | float:
    whole = int(value)
    return whole if whole == value else float(value)
