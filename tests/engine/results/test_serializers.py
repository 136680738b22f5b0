from __future__ import annotations

import base64
import datetime
import os
import pickle
import threading
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from prefect.engine.results.errors import DamagedResult
from prefect.engine.results.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
    UnknownSerializer,
    resolve_serializer,
)
from prefect.exceptions import SerializationError, UntrustedResult

KINDS: dict[str, type[Serializer]] = {
    "pickle": PickleSerializer,
    "json": JSONSerializer,
    "compressed/pickle": CompressedPickleSerializer,
    "compressed/json": CompressedJSONSerializer,
}
VALUES: list[Any] = [1, 1.5, "text", None, True, [1, {"a": 2}], {"k": [True, 1.5]}, datetime.date(2020, 1, 1), b"\xff"]


class Reversed(Serializer):
    type: Literal["reversed"] = "reversed"
    prefix: str = ""

    def dumps(self, obj: Any) -> bytes:
        return (self.prefix + obj[::-1]).encode()

    def loads(self, blob: bytes) -> Any:
        return blob.decode()[len(self.prefix) :][::-1]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back(name: str, value: Any) -> None:
    serializer = resolve_serializer(name)
    blob = serializer.dumps(value)
    assert isinstance(blob, bytes)
    assert serializer.loads(blob) == value
    assert blob.decode()


@pytest.mark.parametrize("name", KINDS)
def test_serializers_are_known_by_their_type(name: str) -> None:
    kind = KINDS[name]
    assert type(resolve_serializer(name)) is type(Serializer(type=name)) is kind
    assert resolve_serializer(kind()) == kind() == resolve_serializer(name)
    assert kind().type == kind.__dispatch_key__() == name


def test_how_they_look() -> None:
    assert (
        repr(PickleSerializer()) == "PickleSerializer(type='pickle', picklelib='cloudpickle', picklelib_version=None)"
    )
    assert CompressedPickleSerializer().model_dump() == {
        "type": "compressed/pickle",
        "serializer": PickleSerializer().model_dump(),
        "compressionlib": "lzma",
    }


def test_a_class_of_the_users_own() -> None:
    assert resolve_serializer("reversed").dumps("abc") == b"cba"
    assert Serializer(type="reversed", prefix="x") == Reversed(prefix="x")
    assert Reversed(prefix="x").loads(b"xcba") == "abc"
    with pytest.raises(UntrustedResult, match="'reversed' can run code"):
        Reversed().loads_closed(b"cba")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: PickleSerializer(picklelib="nope"), "Failed to import requested pickle library: 'nope'"),
        (lambda: PickleSerializer(picklelib="os"), "does not have a 'dumps' method"),
        (lambda: PickleSerializer(nope=1), "no option 'nope'"),
        (lambda: JSONSerializer(dumps_kwargs={"default": str}), "Use `object_encoder` instead"),
        (lambda: JSONSerializer(loads_kwargs={"object_hook": str}), "Use `object_decoder` instead"),
        (lambda: CompressedSerializer(), "Field required"),
        (lambda: CompressedSerializer(serializer="nope"), "dispatch key 'nope'"),
        (lambda: CompressedSerializer(serializer="json", compressionlib="os"), "does not have a 'compress' method"),
        (lambda: Serializer(type="nope"), "No class found for dispatch key 'nope'"),
        (lambda: resolve_serializer("nope"), "No class found for dispatch key 'nope'"),
    ],
)
def test_bad_options(make: Any, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        make()


def test_what_is_no_serializer() -> None:
    with pytest.raises(TypeError, match="Got unsupported type 'int'"):
        resolve_serializer(5)  # type: ignore[arg-type]


def test_the_base_class_can_do_nothing() -> None:
    for serializer in (Serializer(), UnknownSerializer(type="gone")):
        with pytest.raises(NotImplementedError, match="has to define 'dumps'"):
            serializer.dumps(1)
        with pytest.raises(NotImplementedError, match="has to define 'loads'"):
            serializer.loads(b"")


# --- pickle


def test_pickles_are_base64_of_plain_pickle() -> None:
    assert pickle.loads(base64.decodebytes(PickleSerializer().dumps({"a": 1}))) == {"a": 1}


def test_lambdas_are_pickled() -> None:
    assert PickleSerializer().loads(PickleSerializer().dumps(lambda: 7))() == 7
    with pytest.raises(SerializationError, match="pickle cannot pickle it"):
        PickleSerializer(picklelib="pickle").dumps(lambda: 7)


def test_another_pickle_library() -> None:
    serializer = PickleSerializer(picklelib="marshal")
    assert serializer.loads(serializer.dumps([1])) == [1]


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_serialized(name: str) -> None:
    with pytest.raises(SerializationError):
        resolve_serializer(name).dumps(threading.Lock())


@pytest.mark.parametrize("name", [name for name in KINDS if "json" not in name])
@pytest.mark.parametrize("blob", [b"x", b"gAVL", b"!!!!"])
def test_damaged_bytes(name: str, blob: bytes) -> None:
    with pytest.raises((DamagedResult, pickle.UnpicklingError, EOFError)):
        resolve_serializer(name).loads(blob)


def test_planted_pickles_are_not_read_closed(tmp_path: Any) -> None:
    class Planted:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "planted"),)

    for serializer in (PickleSerializer(), CompressedPickleSerializer()):
        blob = serializer.dumps(Planted())
        with pytest.raises(UntrustedResult):
            serializer.loads_closed(blob)
    assert not list(tmp_path.glob("planted"))


# --- JSON


def test_json_text() -> None:
    assert JSONSerializer().dumps({"a": [1, None]}) == b'{"a": [1, null]}'
    assert JSONSerializer(dumps_kwargs={"indent": 1}).dumps([1]) == b"[\n 1\n]"


def encode_own(value: object) -> object:
    return {"own": True}


def decode_own(value: dict[str, Any]) -> Any:
    return "own" if value.get("own") else value


def test_own_encoders_and_decoders() -> None:
    serializer = JSONSerializer(object_encoder=f"{__name__}.encode_own", object_decoder=f"{__name__}.decode_own")
    import sys

    sys.modules[__name__] = sys.modules.get(__name__) or __import__(__name__)
    assert serializer.loads(serializer.dumps([object()])) == ["own"]


def test_no_decoder_at_all() -> None:
    serializer = JSONSerializer(object_decoder=None, loads_kwargs={"parse_int": str})
    assert serializer.loads(b'{"__class__": "datetime.date", "data": 5}') == {"__class__": "datetime.date", "data": "5"}


def test_another_json_library() -> None:
    serializer = JSONSerializer(jsonlib="orjson")
    assert serializer.dumps({"a": {1}}) == b'{"a":{"__class__":"builtins.set","data":[1]}}'
    assert serializer.loads(serializer.dumps({"a": {1}})) == {"a": {1}}


# --- compression


@pytest.mark.parametrize("library", ["lzma", "bz2", "gzip", "zlib"])
def test_compression_libraries(library: str) -> None:
    serializer = CompressedSerializer(serializer="json", compressionlib=library)
    blob = serializer.dumps(["x" * 10_000])
    assert len(blob) < 1000
    assert serializer.loads(blob) == serializer.loads_closed(blob) == ["x" * 10_000]


def test_compressed_by_options() -> None:
    serializer = CompressedSerializer(serializer={"type": "json", "dumps_kwargs": {"indent": 1}})
    assert serializer.serializer == JSONSerializer(dumps_kwargs={"indent": 1})


def test_serializers_travel() -> None:
    for name in KINDS:
        serializer = resolve_serializer(name)
        assert pickle.loads(pickle.dumps(serializer)) == serializer
