"""What people and programs show: Basic and Bearer headers, session cookies, and how new ones are made.

API keys and sessions are 256 random bits each, so a plain digest is enough to keep them by: nobody guesses one.
"""

from __future__ import annotations

import binascii
import hashlib
import secrets
from base64 import b64decode
from http.cookies import SimpleCookie
from typing import Literal, NamedTuple

from prefect.server.http.calls import Head

KEY_MARK = "hdr_"
PREFIX_LENGTH = len(KEY_MARK) + 6
"""Characters of a key that are shown, to tell keys apart."""

COOKIE = "headrace_session"
LONGEST = 4096
"""Characters of a credential; a longer one is none."""


class Shown(NamedTuple):
    """A credential as a request shows it."""

    kind: Literal["basic", "bearer", "cookie", "unreadable"]
    text: str

    @property
    def key(self) -> str | None:
        """The API key in it, if there may be one: programs that know only an auth string show theirs as one."""
        if self.kind == "bearer":
            return self.text
        password = self.text.rpartition(":")[2]
        return password if self.kind == "basic" and password.startswith(KEY_MARK) else None

    @property
    def name(self) -> str | None:
        """Who it says it is, if it says that."""
        return self.text.partition(":")[0] if self.kind == "basic" and self.key is None else None


def shown_by(head: Head) -> Shown | None:
    """The credential of a request, None if it shows none: the Authorization header before the cookie."""
    header = head.headers.get("authorization")
    if header is not None:
        return read_header(header)
    cookies = head.headers.get("cookie")
    token = None if cookies is None else cookie_in(cookies)
    return None if token is None else Shown("cookie", token)


def read_header(header: str) -> Shown:
    """What an Authorization header says."""
    scheme, _, rest = header.strip().partition(" ")
    rest = rest.strip()
    if len(rest) > LONGEST:
        return Shown("unreadable", "")
    if scheme.lower() == "bearer" and rest:
        return Shown("bearer", rest)
    if scheme.lower() == "basic":
        try:
            text = b64decode(rest, validate=True).decode()
        except (binascii.Error, ValueError):
            return Shown("unreadable", "")
        return Shown("unreadable" if "\0" in text else "basic", text)
    return Shown("unreadable", "")


def cookie_in(header: str) -> str | None:
    """The session in a Cookie header."""
    if COOKIE not in header or len(header) > LONGEST * 2:
        return None
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value or None
    return None


def session_cookie(token: str, seconds: int, secure: bool, path: str) -> str:
    """The Set-Cookie header that gives a browser its session; no script reads it, no other site sends it."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = token
    morsel = cookie[COOKIE]
    morsel["httponly"], morsel["samesite"], morsel["path"], morsel["max-age"] = True, "Strict", path, seconds
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()


def new_key() -> str:
    """A new API key."""
    return KEY_MARK + secrets.token_urlsafe(32)


def new_token() -> str:
    """A new session, or CSRF token."""
    return secrets.token_hex(32)


def digest_of(secret: str) -> str:
    """What a key or a session is kept by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that tells nothing of either."""
    return secrets.compare_digest(
        hashlib.sha256(one.encode("utf-8", "surrogatepass")).digest(),
        hashlib.sha256(other.encode("utf-8", "surrogatepass")).digest(),
    )
