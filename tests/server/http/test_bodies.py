"""Bodies are bounded before anything looks at them."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from prefect.server.http import bodies
from prefect.server.http.bodies import DEEPEST, Disconnected, check_nesting, decompressed, read
from prefect.server.http.errors import InvalidRequest, Refusal


class Pieces:
    """A client that sends a body in pieces, and counts what was taken."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self.left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        if ends:
            self.left[-1]["more_body"] = False
        self.taken = 0

    async def __call__(self) -> Any:
        self.taken += 1
        return self.left.pop(0) if self.left else {"type": "http.disconnect"}


async def test_pieces_become_one() -> None:
    assert await read(Pieces(b"a"), 10, None) == b"a"
    assert await read(Pieces(b"a", b"", b"bc"), 3, "3") == b"abc"


@pytest.mark.parametrize("announced", ["11", "9" * 4000])
async def test_what_is_announced_as_too_large_is_not_read(announced: str) -> None:
    body = Pieces(b"x" * 11)
    with pytest.raises(Refusal, match="larger than 10 bytes") as refused:
        await read(body, 10, announced)
    assert (refused.value.status, body.taken) == (413, 0)


async def test_what_turns_out_too_large_is_read_no_further() -> None:
    body = Pieces(*[b"xxx"] * 100)
    with pytest.raises(Refusal):
        await read(body, 10, "odd")
    assert body.taken == 4


async def test_a_client_that_goes_away() -> None:
    with pytest.raises(Disconnected):
        await read(Pieces(b"a", ends=False), 10, None)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_unpacks_to_too_much_is_refused_on_the_way(pack: Any) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    assert decompressed(pack(b"abc"), encoding, 3) == b"abc"
    with pytest.raises(Refusal) as refused:
        decompressed(pack(bytes(50 << 20)), encoding, 1000)
    assert refused.value.status == 413
    with pytest.raises(Refusal) as refused:
        decompressed(b"garbage", encoding, 1000)
    assert refused.value.status == 400


def test_nesting_is_counted_outside_texts() -> None:
    check_nesting(b"[" * DEEPEST + b"]" * DEEPEST)
    check_nesting(b'"' + b"[" * 10_000 + b'"')
    check_nesting(b'["\\"' + b"[" * 10_000 + b'"]')
    for deep in (b"[" * (DEEPEST + 1), b'{"a":' * 10_000, b'["\\\\"' + b"[" * 10_000):
        with pytest.raises(InvalidRequest, match="nested deeper"):
            check_nesting(deep)


def test_patience_is_a_matter_of_seconds() -> None:
    assert bodies.SLOWEST >= 1000
