"""Reading bodies: bounded in size and nesting before anything looks at them, then as the type of their route."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from prefect.server.http.errors import Refusal, invalid, problems_of
from prefect.server.http.routing import Route

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

DEEPEST = 100
"""Levels of nesting that a body may have."""


SILENT_SECONDS = 15.0
"""Seconds for which a client may send nothing of a body that it announced."""

SLOWEST = 10_000
"""Bytes a second that a body arrives at, once it has taken longer than that silence."""


async def read(receive: Receive, limit: int, announced: str | None) -> bytes:
    """The whole body.

    Raises Refusal: 413 as soon as it is known to be larger than `limit` bytes, 408 when it does not arrive.
    """
    if announced is not None and announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise too_large(limit)
    message = await _soon(receive, SILENT_SECONDS)
    pieces: list[bytes] = [message.get("body", b"")]
    size, began = len(pieces[0]), monotonic()
    while size <= limit and message.get("more_body", False):
        left = SILENT_SECONDS + size / SLOWEST - (monotonic() - began)
        message = await _soon(receive, min(left, SILENT_SECONDS))
        piece: bytes = message.get("body", b"")
        size += len(piece)
        pieces.append(piece)
    if size > limit:
        raise too_large(limit)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _soon(receive: Receive, seconds: float) -> Message:
    """The next message of a body. Raises Refusal if it does not come in time, Disconnected if nobody is there any more."""
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise Refusal(408, "The request body did not arrive in time.", {"Connection": "close"}) from None
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message


_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_TOO_DEEP = re.compile(rb"[\[{]{%d}" % (DEEPEST + 1))
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Disconnected(Exception):
    """The client went away before it had sent its request."""


def too_large(limit: int) -> Refusal:
    """413, naming the limit. What else comes of the body is passed over: closing at once would take the answer away too."""
    return Refusal(413, f"The request body is larger than {limit} bytes, which is the limit here.")


def decompressed(body: bytes, encoding: str | None, limit: int) -> bytes:
    """The body as it was before `encoding`. Raises Refusal if that is unknown, damaged or too large when undone."""
    if encoding in (None, "", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise Refusal(415, "The Content-Encoding is not understood; send gzip, deflate or nothing.")
    try:
        plain = _gunzip(body, limit) if encoding == "gzip" else _inflate(body, limit)
    except (OSError, EOFError, zlib.error):
        raise Refusal(400, f"The request body is not the {encoding} that its Content-Encoding says.") from None
    if len(plain) > limit:
        raise too_large(limit)
    return plain


def _gunzip(body: bytes, limit: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        return file.read(limit + 1)


def _inflate(body: bytes, limit: int) -> bytes:
    return zlib.decompressobj().decompress(body, limit + 1)


def parsed(route: Route, body: bytes) -> Any:
    """The body as its route wants it; None where there is none. Raises InvalidRequest with the place of each problem."""
    if route.body is None:
        return None
    if route.media_type != "application/json":
        return body
    if not body.strip():
        if route.body_required:
            raise invalid(("body",), "Field required", "missing")
        value: Any = {}
    else:
        value = _json(body)
        if value is None and not route.body_required:
            value = {}
    try:
        return _validator(route.body).validate_python(value)
    except ValidationError as error:
        raise problems_of(error) from None
    except RecursionError:
        raise invalid(("body",), f"The body is nested deeper than {DEEPEST} levels.", "recursion") from None


_validators: dict[Any, TypeAdapter[Any]] = {}


def _validator(kind: Any) -> TypeAdapter[Any]:
    known = _validators.get(kind)
    if known is None:
        known = _validators[kind] = TypeAdapter(kind)
    return known


def _json(body: bytes) -> Any:
    check_nesting(body)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid(("body", error.pos), f"JSON decode error: {error.msg}", "json_invalid") from None


def check_nesting(body: bytes) -> None:
    """Refuse what is nested deeper than anybody means, before a parser meets it. Brackets in texts do not count."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    left = _TEXTS.sub(b"", body).translate(None, _NO_BRACKETS)
    while left:
        if _TOO_DEEP.search(left):
            raise invalid(("body",), f"The body is nested deeper than {DEEPEST} levels.", "recursion")
        outer = left.replace(b"{}", b"").replace(b"[]", b"")
        if len(outer) == len(left):
            return  # brackets that don't match, which the parser refuses with their place
        left = outer
