"""A result as it is stored: the value, and what is needed to read it again.

On disk a record is one JSON document, as the incumbent writes it, with a tag:

    {"metadata": {"storage_key", "expiration", "serializer", "prefect_version", "storage_block_id"},
     "result": "<text the serializer made>", "tag": {"key": "<relative to the storage>", "value": "<digits>"}}

Bytes that are no UTF-8 text stand there as base64, noted as `"encoding": "base64"`. With a separate metadata
storage the payload is a file of its own, and metadata and tag together are another.

What a document asks to be read with is itself part of what may have been planted. So nothing it names is
imported or made before its tag has been verified, but for the serializers that cannot run code, with the
options they have by default.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from prefect._version import __version__
from prefect.core.lifecycle.outcome import KeptResult
from prefect.engine.config import EngineConfig, current_config
from prefect.engine.results.errors import DamagedResult
from prefect.engine.results.frames import ArrowSerializer, ParquetSerializer
from prefect.engine.results.serializers import (
    CompressedJSONSerializer,
    CompressedSerializer,
    JSONSerializer,
    Serializer,
    resolve_serializer,
    serializer_class,
)
from prefect.engine.results.tags import ALLOW_UNTAGGED, canonical_json, record_tag, same_bytes
from prefect.exceptions import SerializationError, UntrustedResult

R = TypeVar("R")
Json = dict[str, Any]
_COMPRESSORS = frozenset({"lzma", "bz2", "gzip", "zlib"})


class ResultRecordMetadata:
    """What is known of a stored result without reading it.

    Attributes:
        storage_key: where it is stored, as the storage gives it.
        expiration: when it ceases to count in caches, UTC; never if None.
        serializer: what reads it.
        prefect_version: the version that wrote it.
        storage_block_id: id of the saved storage it lies in, if that was saved.
    """

    __slots__ = ("expiration", "prefect_version", "serializer", "storage_block_id", "storage_key")

    def __init__(
        self,
        storage_key: str,
        serializer: Serializer | str,
        expiration: datetime | None = None,
        prefect_version: str | None = None,
        storage_block_id: UUID | None = None,
    ) -> None:
        self.storage_key = storage_key
        self.expiration = in_utc(expiration)
        self.serializer = resolve_serializer(serializer)
        self.prefect_version = prefect_version or __version__
        self.storage_block_id = storage_block_id

    def model_dump(self) -> Json:
        """The metadata as JSON-able values."""
        moment = None if self.expiration is None else self.expiration.isoformat().replace("+00:00", "Z")
        block = None if self.storage_block_id is None else str(self.storage_block_id)
        return {
            "storage_key": self.storage_key,
            "expiration": moment,
            "serializer": self.serializer.model_dump(),
            "prefect_version": self.prefect_version,
            "storage_block_id": block,
        }

    def dump_bytes(self) -> bytes:
        """The metadata as JSON text."""
        return canonical_json(self.model_dump())

    @classmethod
    def model_validate(cls, values: Json, serializer: Serializer | None = None) -> ResultRecordMetadata:
        """Metadata from what `model_dump` gave; only for values known to be ours unless `serializer` is given."""
        block = values.get("storage_block_id")
        return cls(
            str(values["storage_key"]),
            serializer or _serializer_from(values["serializer"]),
            _moment(values.get("expiration")),
            str(values.get("prefect_version")),
            None if block is None else UUID(block),
        )

    @classmethod
    def load_bytes(cls, data: bytes) -> ResultRecordMetadata:
        """Metadata from JSON text known to be ours."""
        return cls.model_validate(_parsed(data))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResultRecordMetadata):
            return NotImplemented
        return self.model_dump() == other.model_dump()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.model_dump())
        return f"ResultRecordMetadata({shown})"


def in_utc(moment: datetime | None) -> datetime | None:
    """A moment in UTC; one without a time zone is taken to be UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _moment(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))


class ResultRecord(KeptResult, Generic[R]):
    """A value together with its metadata.

    Args:
        bound_key: the key its tag binds it to, relative to the root of its storage; `storage_key` unless
            given.
    """

    __slots__ = ("_persisted", "bound_key", "metadata", "result")

    def __init__(self, metadata: ResultRecordMetadata, result: R, bound_key: str | None = None) -> None:
        self.metadata = metadata
        self.result = result
        self.bound_key = metadata.storage_key if bound_key is None else bound_key
        self._persisted = False

    def get(self) -> R:
        """The value."""
        return self.result

    @property
    def reference(self) -> Json | None:
        """Where the result is kept, None until it is."""
        return self.metadata.model_dump() if self._persisted else None

    @property
    def expiration(self) -> datetime | None:
        """When the result ceases to count in caches."""
        return self.metadata.expiration

    @property
    def serializer(self) -> Serializer:
        """What reads and writes the result."""
        return self.metadata.serializer

    @property
    def is_persisted(self) -> bool:
        """Whether the record has been written to its storage."""
        return self._persisted

    def holding(self, result: object) -> ResultRecord[Any]:
        """This record of what is stored, with another value at hand."""
        record = ResultRecord(self.metadata, result, self.bound_key)
        record._persisted = self._persisted
        return record

    def mark_persisted(self) -> None:
        """Note that the record has been written to its storage."""
        self._persisted = True

    def serialize(self) -> bytes:
        """The record as one document. Raises SerializationError if its value cannot be serialized."""
        payload = self.serialize_result()
        document = {"metadata": self.metadata.model_dump(), **_text(payload), **self._tag(payload)}
        return json.dumps(document, default=repr).encode()

    def serialize_metadata(self, payload: bytes | None = None) -> bytes:
        """The metadata with the tag, for a storage of their own."""
        written = self.serialize_result() if payload is None else payload
        return json.dumps({**self.metadata.model_dump(), **self._tag(written)}, default=repr).encode()

    def serialize_result(self) -> bytes:
        """The value as bytes. Raises SerializationError, naming the type, the serializer and what to do."""
        try:
            return self.serializer.dumps(self.result)
        except Exception as error:
            raise SerializationError(
                f"Failed to serialize object of type {type(self.result).__name__!r} with serializer "
                f'{self.serializer.type!r}. You can try a different serializer (e.g. result_serializer="json") or '
                f"disabling persistence (persist_result=False) for this flow or task. The cause: {error}"
            ) from error

    def _tag(self, payload: bytes) -> Json:
        """The tag as part of a document; nothing where there is no key to make it with."""
        key = current_config().results_key()
        if not key:
            return {}
        value = record_tag(key, self.bound_key, self.metadata.model_dump(), payload)
        return {"tag": {"key": self.bound_key, "value": value}}

    @classmethod
    def deserialize(cls, data: bytes, backup_serializer: Serializer | None = None) -> ResultRecord[Any]:
        """The record in a document. Raises UntrustedResult or DamagedResult.

        Args:
            backup_serializer: reads the value if the document names no serializer.
        """
        return open_record(parse_document(data, backup_serializer), current_config(), "memory")

    @classmethod
    def deserialize_from_result_and_metadata(cls, result: bytes, metadata: bytes) -> ResultRecord[Any]:
        """The record whose value and metadata were stored apart. Raises UntrustedResult or DamagedResult."""
        return open_record(parse_parts(result, metadata), current_config(), "memory")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResultRecord):
            return NotImplemented
        return self.metadata == other.metadata and bool(self.result == other.result)

    def __repr__(self) -> str:
        return f"ResultRecord(metadata={self.metadata!r}, result={self.result!r})"


def _text(payload: bytes) -> Json:
    try:
        return {"result": payload.decode()}
    except UnicodeDecodeError:
        return {"result": b2a_base64(payload, newline=False).decode(), "encoding": "base64"}


# --- reading


class StoredRecord:
    """A record as found: taken apart, nothing of it believed yet."""

    __slots__ = ("metadata", "payload", "tag")

    def __init__(self, metadata: Json, payload: bytes, tag: object) -> None:
        self.metadata = metadata
        self.payload = payload
        self.tag = tag

    @property
    def expiration(self) -> datetime | None:
        """When the result ceases to count in caches. Raises ValueError if that is no moment."""
        return in_utc(_moment(self.metadata.get("expiration")))

    def distrust(self, key: bytes, bound_key: str | None) -> str | None:
        """Why the record is not to be believed; None if its tag is right.

        Args:
            key: this installation's secret.
            bound_key: the key under which it was found, relative to the root of the storage; None for any.
        """
        if not isinstance(self.tag, dict) or not isinstance(self.tag.get("key"), str):
            return "it carries no authentication tag"
        expected = record_tag(key, self.tag["key"], self.metadata, self.payload) if key else ""
        if not key or not same_bytes(expected.encode(), str(self.tag.get("value")).encode()):
            return "its authentication tag was not made with this installation's key"
        if bound_key is not None and self.tag["key"] != bound_key:
            return f"it was written under the key {self.tag['key']!r}"
        return None


def _parsed(data: bytes) -> Json:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedResult(f"It is not a result record: {error}") from error
    if not isinstance(found, dict):
        raise DamagedResult("It is not a result record.")
    return found


def parse_document(data: bytes, backup_serializer: Serializer | None = None) -> StoredRecord:
    """Take a document apart. Raises DamagedResult if it is not a whole one."""
    document = _parsed(data)
    metadata, result = document.get("metadata"), document.get("result")
    if not isinstance(metadata, dict) or not isinstance(result, str):
        raise DamagedResult("It is not a result record: it lacks its metadata or its result.")
    if backup_serializer is not None:
        metadata.setdefault("serializer", backup_serializer.model_dump())
    if document.get("encoding") != "base64":
        return StoredRecord(metadata, result.encode(), document.get("tag"))
    try:
        return StoredRecord(metadata, a2b_base64(result, strict_mode=True), document.get("tag"))
    except ValueError as error:
        raise DamagedResult(f"It is not a whole result record: {error}") from error


def parse_parts(payload: bytes, metadata: bytes) -> StoredRecord:
    """Take a record apart whose metadata is stored by itself. Raises DamagedResult if that is not whole."""
    document = _parsed(metadata)
    tag = document.pop("tag", None)
    return StoredRecord(document, payload, tag)


def open_record(
    stored: StoredRecord, config: EngineConfig, place: str, bound_key: str | None = None
) -> ResultRecord[Any]:
    """The record that was stored.

    Args:
        place: where it was found, for messages.
        bound_key: the key it was found under, relative to the root of the storage; None to take its own word.

    Raises UntrustedResult if reading it could run code and its tag is not right, DamagedResult if it cannot
    be read.
    """
    doubt = None if config.results_allow_untagged else stored.distrust(config.results_key(), bound_key)
    try:
        serializer, value = _read(stored, doubt)
        metadata = ResultRecordMetadata.model_validate(stored.metadata, serializer)
    except UntrustedResult as error:
        raise _refusal(place, doubt or "", str(error), config) from None
    except Exception as error:
        raise DamagedResult(
            f"The result at {place} cannot be read: {error!r}. If its class or serializer has moved, make it "
            "importable; else remove the result and let its task run again."
        ) from error
    tag = stored.tag
    return ResultRecord(metadata, value, bound_key or (tag["key"] if isinstance(tag, dict) else None))


def _read(stored: StoredRecord, doubt: str | None) -> tuple[Serializer, object]:
    spec = stored.metadata.get("serializer")
    if doubt is None:
        serializer = _serializer_from(spec)
        return serializer, serializer.loads(stored.payload)
    closed = _closed_serializer(spec)
    if closed is None:
        raise UntrustedResult(f"Reading what its serializer {_type_of(spec)!r} made can run code.")
    return closed, closed.loads_closed(stored.payload)


def _refusal(place: str, doubt: str, danger: str, config: EngineConfig) -> UntrustedResult:
    return UntrustedResult(
        f"The result at {place} is not read, because {doubt}. {danger} If another installation wrote it, give this "
        f"one the same key (the file results.key in {str(config.home)!r}); if it was renamed, read it under its old "
        f"key and write it under the new one; else remove it and let its task run again. {ALLOW_UNTAGGED}=true reads "
        "it all the same."
    )


def _type_of(spec: object) -> object:
    return spec.get("type") if isinstance(spec, Mapping) else spec


def _serializer_from(spec: object) -> Serializer:
    """The serializer that options stand for; may import what they name."""
    options = spec if isinstance(spec, Mapping) else {"type": spec}
    return serializer_class(str(options.get("type")))(**options)


def _closed_serializer(spec: object) -> Serializer | None:
    """The serializer that options stand for if it can read anybody's bytes without running code, else None."""
    if not isinstance(spec, Mapping):
        return None
    kind = spec.get("type")
    if kind == "json":
        default = JSONSerializer()
        plain = spec.get("object_decoder", default.object_decoder) == default.object_decoder
        return default if plain and not spec.get("loads_kwargs") else None
    if kind in ("compressed", CompressedJSONSerializer.type):
        inner = _closed_serializer(spec.get("serializer", {"type": "json"}))
        library = spec.get("compressionlib", "lzma")
        known = inner is not None and library in _COMPRESSORS
        return CompressedSerializer(serializer=inner, compressionlib=library) if known else None
    frames: dict[object, type[Serializer]] = {"parquet": ParquetSerializer, "arrow": ArrowSerializer}
    return frames[kind]() if kind in frames else None
