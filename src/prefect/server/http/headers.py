"""Headers of answers: those that tell browsers to make nothing of an answer but what it is, and the answer's own."""

from __future__ import annotations

from collections.abc import Sequence

from prefect.server.http.answers import Answer, Streamed

Headers = list[tuple[bytes, bytes]]

_ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_NOTHING: Headers = [*_ALWAYS, (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")]
_PAGE: Headers = [
    *_ALWAYS,
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        b" connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_NO_STORE = (b"cache-control", b"no-store")


def headers_of(reply: Answer | Streamed, more: Sequence[tuple[bytes, bytes]] = ()) -> Headers:
    """All headers of an answer but its length. Pages run the scripts of this server and no others; the rest runs nothing.

    What the answer says itself takes the place of what is said otherwise.
    """
    kind = reply.media_type
    headers = list(_PAGE if kind is not None and kind.startswith("text/html") else _NOTHING)
    if kind is not None:
        headers.append((b"content-type", kind.encode()))
    if not reply.headers:
        headers.append(_NO_STORE)
        headers.extend(more)
        return headers
    own = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in reply.headers.items()]
    named = {name for name, _ in own}
    headers = [pair for pair in headers if pair[0] not in named]
    if b"cache-control" not in named:
        headers.append(_NO_STORE)
    return [*headers, *own, *more]
