"""Authentication tags, and results small enough to travel inside the journal.

Reading a pickle runs whatever code its writer put there. So what this installation writes carries a tag:
keyed BLAKE2b over the content, made with a key that lies with the user's profile and never in a store. Only
what bears a right tag is unpickled. Who can write to a store, or to the database, can thereby destroy results
but not plant code.

A stored record's tag also covers the key under which it was written, relative to the root of its storage. A
whole storage may therefore be moved, copied or mounted elsewhere, but a record renamed within one is refused:
otherwise any old result could be made to stand in for another. To rename one, read it and write it again
under the new key.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b
from json.encoder import encode_basestring
from math import isfinite
from types import ModuleType
from typing import TYPE_CHECKING, Any

from prefect.engine.results.errors import DamagedResult
from prefect.exceptions import SerializationError, UntrustedResult
from prefect.utilities.contents import pickling

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

TAG_BYTES = 32
INLINE_TAG_BYTES = 16
ALLOW_UNTAGGED = "PREFECT_RESULTS_ALLOW_UNTAGGED"
"""The setting that reads results without a right tag all the same."""

_RECORD, _INLINE, _SEAL = b"headrace.record", b"headrace.inline", b"headrace.seal"


def same_bytes(one: bytes, other: bytes) -> bool:
    """Whether two tags are equal, told in a time that says nothing of where they differ."""
    from hmac import compare_digest

    return compare_digest(one, other)


# --- records


def record_tag(key: bytes, bound_key: str, metadata: Mapping[str, object], payload: bytes) -> str:
    """The tag of a stored record, as hexadecimal digits.

    Args:
        key: this installation's secret.
        bound_key: the record's key, relative to the root of its storage.
        metadata: the record's metadata, JSON-able.
        payload: the serialized result.
    """
    digest = blake2b(key=key, digest_size=TAG_BYTES, person=_RECORD)
    for part in (bound_key.encode(), canonical_json(metadata), payload):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def canonical_json(value: Mapping[str, object]) -> bytes:
    """JSON text that is the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr).encode()


# --- results inside the journal

InlineResult = tuple[str, bytes]
"""How a result is encoded (`JSON`, `PICKLE`, or either of them `SEALED`), and its bytes; a pickle's begin with its tag."""

JSON, PICKLE, SEALED = "json", "pickle", "sealed"
TOO_LARGE: InlineResult = ("", b"")
"""Stands for a result whose encoding would exceed the limit; it can be stored elsewhere."""

_CONSTANTS: dict[object, InlineResult] = {
    None: (JSON, b"null"),
    True: (JSON, b"true"),
    False: (JSON, b"false"),
}


def encode_inline(value: object, key: bytes, limit: int | None = None) -> InlineResult | None:
    """A result as bytes for the journal; None if it cannot be pickled, `TOO_LARGE` if it exceeds the limit.

    None, booleans, numbers and texts become JSON, which anybody may read. Everything else is pickled and
    tagged.

    Args:
        key: this installation's secret. Without one nothing is pickled.
        limit: the most bytes the encoding may take.
    """
    if value is None or value is True or value is False:
        return _CONSTANTS[value]
    text = _json_text(value)
    if text is None:
        return _pickled(value, key, limit)
    return (JSON, text) if limit is None or len(text) <= limit else TOO_LARGE


def _json_text(value: object) -> bytes | None:
    """The JSON of a number or text that JSON brings back as it was; None for all else."""
    if type(value) is int:
        return b"%d" % value if -_MOST < value < _MOST else None
    if type(value) is float:
        return repr(value).encode() if isfinite(value) else None
    if type(value) is str:
        try:
            return encode_basestring(value).encode()
        except UnicodeEncodeError:  # half a surrogate pair, which JSON would not keep
            return None
    return None


_MOST = 1 << 4096
"""Larger integers take Python too long to read as text, or are refused."""


def _pickled(value: object, key: bytes, limit: int | None) -> InlineResult | None:
    if limit is not None and _surely_larger(value, limit):
        return TOO_LARGE
    if not key:
        return None
    try:
        blob = pickling.dumps_local(value)
    except SerializationError:
        return None
    if limit is not None and len(blob) > limit:
        return TOO_LARGE
    return PICKLE, _inline_tag(key, blob) + blob


def _surely_larger(value: object, limit: int) -> bool:
    """Whether a value says itself that it is large; spares pickling it only to find out."""
    if isinstance(value, (bytes, bytearray, str)):
        return len(value) > limit
    held = getattr(value, "nbytes", 0)
    return isinstance(held, int) and held > limit


def _inline_tag(key: bytes, blob: bytes | memoryview) -> bytes:
    return blake2b(blob, key=key, digest_size=INLINE_TAG_BYTES, person=_INLINE).digest()


def decode_inline(
    inline: InlineResult,
    key: bytes,
    main_module: ModuleType | None = None,
    allow_untagged: bool = False,
) -> Any:
    """The result inside the journal.

    Args:
        inline: what `encode_inline` returned.
        key: this installation's secret.
        main_module: where to find classes that were `__main__`'s when the result was kept.
        allow_untagged: unpickle without a right tag too; may run code.

    Raises UntrustedResult if a pickle's tag is not right, DamagedResult if it cannot be read all the same.
    """
    kind, blob = inline
    if kind == JSON:
        return json.loads(blob.decode())
    tag, pickled = blob[:INLINE_TAG_BYTES], blob[INLINE_TAG_BYTES:]
    if not allow_untagged and not (key and same_bytes(tag, _inline_tag(key, pickled))):
        raise UntrustedResult(
            "A result in the journal was not written by this installation, and reading it could run code. "
            f"Set {ALLOW_UNTAGGED}=true to read it all the same, or let its task run again."
        )
    try:
        return pickling.loads(pickled, main_module)
    except Exception as error:
        raise DamagedResult(f"A result in the journal cannot be unpickled: {error!r}") from error


# --- sealed: what holds secrets


def seal(inline: InlineResult, key: bytes) -> InlineResult | None:
    """An encoded result encrypted, for the journal of a database that others may read; None without a key to do it by."""
    if not key:
        return None
    kind, content = inline
    return SEALED, _cipher(key).encrypt(kind.encode() + b":" + content)


def unseal(token: bytes, key: bytes) -> InlineResult:
    """What was sealed. Raises UntrustedResult if that was not done by this installation, or is damaged."""
    from cryptography.fernet import InvalidToken

    try:
        kind, _, content = _cipher(key).decrypt(token).partition(b":")
    except InvalidToken as error:
        raise UntrustedResult(
            "A sealed result in the journal was not written by this installation, or is damaged. Let its task run again, or"
            " run it where the key is that sealed it (results.key in PREFECT_HOME)."
        ) from error
    return kind.decode(), content


def _cipher(key: bytes) -> Fernet:
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(blake2b(key=key, digest_size=32, person=_SEAL).digest()))
