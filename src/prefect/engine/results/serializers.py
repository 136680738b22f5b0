"""How results become bytes and back.

A serializer is chosen by an instance or by its type: "pickle", "json", "compressed/pickle",
"compressed/json", "parquet", "arrow", or the `type` of a class of the user's own. It is written down with
each record as its options, by which the record is read back.

`loads` is for bytes known to be ours. `loads_closed` is for bytes of unknown origin: a serializer that can
read without running any code of theirs defines it, all others refuse.
"""

from __future__ import annotations

import json
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Self, cast

from prefect.engine.results.errors import DamagedResult
from prefect.engine.results.json_codec import (
    DECODER,
    ENCODER,
    closed_decoder,
    prefect_json_object_decoder,
    prefect_json_object_encoder,
    revive,
)
from prefect.exceptions import SerializationError, UntrustedResult
from prefect.utilities.contents import pickling
from prefect.utilities.importtools import from_qualified_name
from prefect.utilities.invalid import validation_error
from prefect.utilities.options import Options

_registry: dict[str, type[Serializer]] = {}
_CODECS: dict[str, Callable[..., object]] = {
    ENCODER: prefect_json_object_encoder,
    DECODER: prefect_json_object_decoder,
}
BASE_TYPE = "__base__"
_NO_ARGUMENTS: dict[str, object] = {}


class Serializer(Options):
    """Makes bytes of values and values of bytes.

    Subclasses give their name as the default of `type` and define `dumps` and `loads`; defining the class
    registers it. `Serializer(type="json")` makes an instance of the class registered under that name.
    """

    type: str = BASE_TYPE

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = vars(cls).get("type")
        if isinstance(name, str):
            _registry[name] = cls

    def __new__(cls, **options: object) -> Self:
        named = cls is Serializer and "type" in options
        return super().__new__(cast(type[Self], serializer_class(str(options["type"]))) if named else cls)

    @classmethod
    def __dispatch_key__(cls) -> str:
        return str(cls.__options__["type"])

    def dumps(self, obj: object) -> bytes:
        """A value as bytes. Raises SerializationError if it has no such form."""
        raise _undefined(self, "dumps")

    def loads(self, blob: bytes) -> Any:
        """The value in bytes this serializer made. Raises if they are damaged; may run code they hold."""
        raise _undefined(self, "loads")

    def loads_closed(self, blob: bytes) -> Any:
        """As `loads`, without running anything the bytes ask for. Raises UntrustedResult if that cannot be."""
        raise UntrustedResult(f"Reading results of the serializer {self.type!r} can run code.")


def _undefined(serializer: Serializer, method: str) -> NotImplementedError:
    return NotImplementedError(f"The serializer {type(serializer).__name__} has to define {method!r}.")


def serializer_class(name: str) -> type[Serializer]:
    """The class registered under a type. Raises ValueError, listing those there are."""
    found = _registry.get(name)
    if found is None:
        problem = f"No class found for dispatch key {name!r} in registry for type 'Serializer'."
        raise validation_error("Serializer", "type", name, f"{problem} There are: {', '.join(_registry)}.")
    return found


def resolve_serializer(serializer: Serializer | str) -> Serializer:
    """A serializer as it is, or the one of a type. Raises TypeError for anything else, ValueError if unknown."""
    if isinstance(serializer, Serializer):
        return serializer
    if isinstance(serializer, str):
        return serializer_class(serializer)()
    raise TypeError(
        "Result serializer must be one of the following types: 'Serializer', 'str'. "
        f"Got unsupported type '{type(serializer).__name__}'."
    )


def _library(serializer: Options, option: str, name: str, kind: str, methods: tuple[str, ...]) -> object:
    """A library chosen by name. Raises ValueError if it cannot be imported or lacks a method."""
    try:
        library = import_module(name)
    except ImportError as error:
        raise serializer.refuse(option, f"Failed to import requested {kind}: {name!r}.") from error
    for method in methods:
        if not callable(getattr(library, method, None)):
            raise serializer.refuse(option, f"{kind.capitalize()} at {name!r} does not have a '{method}' method.")
    return library


# --- pickle


class PickleSerializer(Serializer):
    """Pickles, as base64 text.

    Args:
        picklelib: "cloudpickle" takes plain pickle where that does and cloudpickle where it must; "pickle"
            takes plain pickle alone; any other module with `dumps` and `loads` is used as it is.
        picklelib_version: kept for records written elsewhere; has no effect.
    """

    type: str = "pickle"
    picklelib: str = "cloudpickle"
    picklelib_version: str | None = None

    def check(self) -> None:
        if self.picklelib not in ("cloudpickle", "pickle"):
            _library(self, "picklelib", self.picklelib, "pickle library", ("dumps", "loads"))

    def dumps(self, obj: object) -> bytes:
        if self.picklelib == "cloudpickle":
            return b2a_base64(pickling.dumps_portable(obj))
        try:
            return b2a_base64(import_module(self.picklelib).dumps(obj))
        except Exception as error:
            raise SerializationError(f"{self.picklelib} cannot pickle it: {error}") from error

    def loads(self, blob: bytes) -> Any:
        content = _from_base64(blob)
        if self.picklelib in ("cloudpickle", "pickle"):
            return pickling.loads(content)
        return import_module(self.picklelib).loads(content)


def _from_base64(blob: bytes) -> bytes:
    try:
        return a2b_base64(blob)
    except (Base64Error, ValueError) as error:
        raise DamagedResult(f"It is not base64 text: {error}") from error


# --- JSON


class JSONSerializer(Serializer):
    """JSON text. Dates, ids, sets, bytes, exceptions, dataclasses, models and the like come back as they were.

    Tuples come back as lists and keys of dicts as texts: JSON has nothing else.

    Args:
        jsonlib: module with `dumps` and `loads`, such as "orjson".
        object_encoder, object_decoder: import paths of functions for what the library does not know.
        dumps_kwargs, loads_kwargs: more arguments for the library.
    """

    type: str = "json"
    jsonlib: str = "json"
    object_encoder: str | None = ENCODER
    object_decoder: str | None = DECODER
    dumps_kwargs: dict[str, object] = _NO_ARGUMENTS
    loads_kwargs: dict[str, Any] = _NO_ARGUMENTS

    def check(self) -> None:
        if self.object_encoder and "default" in self.dumps_kwargs:
            raise self.refuse("dumps_kwargs", "`default` cannot be surroundings. Use `object_encoder` instead.")
        if self.object_decoder and "object_hook" in self.loads_kwargs:
            problem = "`object_hook` cannot be surroundings. Use `object_decoder` instead."
            raise self.refuse("loads_kwargs", problem)

    def dumps(self, obj: object) -> bytes:
        options = dict(self.dumps_kwargs)
        if self.object_encoder:
            options["default"] = _codec(self.object_encoder)
        try:
            text = self._module().dumps(obj, **options)
        except SerializationError:
            raise
        except Exception as error:
            raise SerializationError(f"It has no JSON form: {error}") from error
        return text.encode() if isinstance(text, str) else bytes(text)

    def loads(self, blob: bytes) -> Any:
        if self.object_decoder is None:
            return self._module().loads(blob.decode(), **self.loads_kwargs)
        decode = _codec(self.object_decoder)
        if self.jsonlib == "json":
            return json.loads(blob.decode(), object_hook=decode, **self.loads_kwargs)
        return revive(self._module().loads(blob.decode(), **self.loads_kwargs), decode)

    def loads_closed(self, blob: bytes) -> Any:
        return json.loads(blob.decode(), object_hook=closed_decoder)

    def _module(self) -> Any:
        return json if self.jsonlib == "json" else import_module(self.jsonlib)


def _codec(path: str) -> Callable[..., object]:
    return _CODECS.get(path) or cast(Callable[..., Any], from_qualified_name(path))


# --- compression


class CompressedSerializer(Serializer):
    """What another serializer makes, compressed, as base64 text.

    Args:
        serializer: the other one, or its type.
        compressionlib: module with `compress` and `decompress`, such as "lzma", "bz2", "gzip" or "zlib".
    """

    type: str = "compressed"
    serializer: Serializer
    compressionlib: str = "lzma"

    def check(self) -> None:
        self.serializer = resolve_serializer(_from_spec(self.serializer))
        methods = ("compress", "decompress")
        _library(self, "compressionlib", self.compressionlib, "compression library", methods)

    def dumps(self, obj: object) -> bytes:
        return b2a_base64(import_module(self.compressionlib).compress(self.serializer.dumps(obj)))

    def loads(self, blob: bytes) -> Any:
        return self.serializer.loads(self._decompressed(blob))

    def loads_closed(self, blob: bytes) -> Any:
        return self.serializer.loads_closed(self._decompressed(blob))

    def _decompressed(self, blob: bytes) -> bytes:
        try:
            return cast(bytes, import_module(self.compressionlib).decompress(_from_base64(blob)))
        except DamagedResult:
            raise
        except Exception as error:
            raise DamagedResult(f"{self.compressionlib} cannot decompress it: {error}") from error


def _from_spec(value: object) -> Any:
    return serializer_class(str(value["type"]))(**value) if isinstance(value, Mapping) else value


class CompressedPickleSerializer(CompressedSerializer):
    """Pickles, compressed."""

    type: str = "compressed/pickle"
    serializer: Serializer = PickleSerializer()


class CompressedJSONSerializer(CompressedSerializer):
    """JSON text, compressed."""

    type: str = "compressed/json"
    serializer: Serializer = JSONSerializer()


class UnknownSerializer(Serializer):
    """Stands for a serializer that a record names and nobody defines; it can neither write nor read."""

    type: str
