"""Passwords: kept as scrypt hashes, which take a fraction of a second to check and 32 MB to do it in."""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from hmac import compare_digest

COST, BLOCK, PARALLEL = 1 << 15, 8, 3
MEMORY = 64 << 20
SALT_BYTES, HASH_BYTES = 16, 32
SHORTEST, LONGEST = 8, 1024
"""Characters that a password has."""

_ABSENT = b64encode(b"nobody's").decode()


def hashed(password: str) -> str:
    """What is kept of a password."""
    salt = os.urandom(SALT_BYTES)
    digest = _scrypt(password, salt, COST, BLOCK, PARALLEL, HASH_BYTES)
    return "$".join(("scrypt", str(COST), str(BLOCK), str(PARALLEL), _text(salt), _text(digest)))


def matches(password: str, kept: str | None) -> bool:
    """Whether that is the password; takes as long for an account that has none, or does not exist."""
    _, cost, block, parallel, salt, digest = (kept or _nobody()).split("$")
    wanted = b64decode(digest)
    found = _scrypt(password, b64decode(salt), int(cost), int(block), int(parallel), len(wanted))
    return compare_digest(found, wanted) and kept is not None


def _nobody() -> str:
    return "$".join(("scrypt", str(COST), str(BLOCK), str(PARALLEL), _ABSENT, _text(bytes(HASH_BYTES))))


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int, length: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=block,
        p=parallel,
        maxmem=MEMORY,
        dklen=length,
    )


def _text(value: bytes) -> str:
    return b64encode(value).decode()
