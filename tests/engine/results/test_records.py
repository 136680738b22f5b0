from __future__ import annotations

import base64
import datetime
import json
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest

from prefect.engine.results.errors import DamagedResult
from prefect.engine.results.records import ResultRecord, ResultRecordMetadata, parse_document
from prefect.engine.results.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
)
from prefect.exceptions import SerializationError, UntrustedResult
from tests.engine.results.conftest import Installation

Document = dict[str, Any]


class Binary(Serializer):
    type: str = "binary-for-tests"

    def dumps(self, obj: Any) -> bytes:
        return bytes(obj)

    def loads(self, blob: bytes) -> Any:
        return list(blob)


def record(value: Any, serializer: Serializer | None = None, **options: Any) -> ResultRecord[Any]:
    return ResultRecord(ResultRecordMetadata("/storage/key", serializer or PickleSerializer(), **options), value, "key")


def document(value: Any, serializer: Serializer | None = None) -> Document:
    found: Document = json.loads(record(value, serializer).serialize())
    return found


def read(changed: Document) -> Any:
    return ResultRecord.deserialize(json.dumps(changed).encode()).result


@pytest.mark.parametrize(
    ("serializer", "value"),
    [
        (PickleSerializer(), {"a": {1, 2}}),
        (JSONSerializer(), {"a": [1, datetime.date(2020, 1, 1)]}),
        (CompressedJSONSerializer(), ["x" * 1000]),
        (CompressedPickleSerializer(), {1: 2}),
        (CompressedSerializer(serializer="json", compressionlib="zlib"), "text"),
        (Binary(), [0, 255, 128]),
    ],
)
def test_records_come_back(serializer: Serializer, value: Any) -> None:
    expiration = datetime.datetime(2030, 1, 1, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
    kept = record(value, serializer, expiration=expiration)
    found = ResultRecord.deserialize(kept.serialize())
    assert found == kept
    assert found.get() == value
    assert found.expiration == expiration
    apart = ResultRecord.deserialize_from_result_and_metadata(kept.serialize_result(), kept.serialize_metadata())
    assert apart == kept


def test_the_document_is_the_incumbents_with_a_tag() -> None:
    found = document({"a": 1}, JSONSerializer())
    assert sorted(found) == ["metadata", "result", "tag"]
    assert found["result"] == '{"a": 1}'
    assert found["metadata"] == {
        "storage_key": "/storage/key",
        "expiration": None,
        "serializer": JSONSerializer().model_dump(),
        "prefect_version": sys.modules["prefect"].__version__,
        "storage_block_id": None,
    }
    assert (found["tag"]["key"], len(found["tag"]["value"])) == ("key", 64)


def test_metadata_by_itself() -> None:
    metadata = record(1, expiration=datetime.datetime(2030, 1, 1)).metadata
    assert metadata.expiration == datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    assert metadata.model_dump()["expiration"] == "2030-01-01T00:00:00Z"
    assert ResultRecordMetadata.load_bytes(metadata.dump_bytes()) == metadata
    assert "storage_key='/storage/key'" in repr(metadata)


def test_a_record_knows_whether_it_is_stored() -> None:
    kept = record(1)
    assert (kept.is_persisted, kept.reference) == (False, None)
    kept.mark_persisted()
    assert kept.is_persisted
    assert kept.reference == kept.metadata.model_dump()


def test_what_cannot_be_serialized_says_what_to_do() -> None:
    import threading

    with pytest.raises(
        SerializationError, match="Failed to serialize object of type 'lock' with serializer 'pickle'. You can try"
    ):
        record(threading.Lock()).serialize()


# --- what somebody planted


class Planted:
    """Makes a folder when unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


@pytest.fixture
def target(tmp_path: Any) -> Any:
    path = tmp_path / "planted"
    yield path
    assert not path.exists(), "the planted code has run"


def with_payload(found: Document, payload: bytes) -> Document:
    return {**found, "result": payload.decode()}


def with_serializer(found: Document, **options: Any) -> Document:
    return {**found, "metadata": {**found["metadata"], "serializer": options}}


def without_tag(found: Document) -> Document:
    return {name: value for name, value in found.items() if name != "tag"}


PLANTINGS: dict[str, Callable[[Document, Any], Document]] = {
    "payload replaced": lambda found, evil: with_payload(found, PickleSerializer().dumps(evil)),
    "no tag": lambda found, evil: without_tag(with_payload(found, PickleSerializer().dumps(evil))),
    "empty tag": lambda found, evil: {**with_payload(found, PickleSerializer().dumps(evil)), "tag": {}},
    "odd tag": lambda found, evil: {**with_payload(found, PickleSerializer().dumps(evil)), "tag": "x"},
    "compressed": lambda found, evil: with_serializer(
        with_payload(found, CompressedPickleSerializer().dumps(evil)), type="compressed/pickle"
    ),
    "compressed around pickle": lambda found, evil: with_serializer(
        with_payload(found, CompressedPickleSerializer().dumps(evil)), type="compressed", serializer={"type": "pickle"}
    ),
    "compressed json that is a pickle": lambda found, evil: with_serializer(
        with_payload(found, CompressedPickleSerializer().dumps(evil)),
        type="compressed/json",
        serializer={"type": "pickle"},
    ),
    "another pickle library": lambda found, evil: with_serializer(found, type="pickle", picklelib="antigravity"),
    "a json library": lambda found, evil: with_serializer(
        with_payload(found, b"1"), type="json", jsonlib="antigravity", object_decoder="os.mkdir"
    ),
    "a json decoder": lambda found, evil: with_serializer(
        with_payload(found, json.dumps({"a": evil.path}).encode()), type="json", object_decoder="os.mkdir"
    ),
    "json arguments": lambda found, evil: with_serializer(
        with_payload(found, b"1"), type="json", loads_kwargs={"cls": "x"}
    ),
    "a json class": lambda found, evil: with_serializer(
        with_payload(found, json.dumps({"__class__": "os.mkdir", "data": evil.path}).encode()), type="json"
    ),
    "a json exception": lambda found, evil: with_serializer(
        with_payload(found, json.dumps({"__exc_type__": "os.mkdir", "message": evil.path}).encode()), type="json"
    ),
    "a compression library": lambda found, evil: with_serializer(
        found, type="compressed/json", compressionlib="antigravity"
    ),
    "an own serializer": lambda found, evil: with_serializer(found, type="binary-for-tests"),
    "no serializer": lambda found, evil: with_serializer(found),
    "a serializer that is none": lambda found, evil: {
        **found,
        "metadata": {**found["metadata"], "serializer": "pickle"},
    },
    "another expiration": lambda found, evil: {
        **found,
        "metadata": {**found["metadata"], "expiration": "2999-01-01T00:00:00Z"},
    },
    "another key in the tag": lambda found, evil: {**found, "tag": {**found["tag"], "key": "other"}},
}


@pytest.mark.parametrize("planting", PLANTINGS.values(), ids=PLANTINGS)
def test_planted_records_run_nothing(target: Any, planting: Callable[[Document, Any], Document]) -> None:
    planted = planting(document({"a": 1}), Planted(str(target)))
    modules = set(sys.modules)
    with pytest.raises(UntrustedResult) as caught:
        read(planted)
    assert "antigravity" not in set(sys.modules) - modules
    for part in ("memory", "PREFECT_RESULTS_ALLOW_UNTAGGED=true", "results.key", "run again"):
        assert part in str(caught.value)


def test_every_changed_byte_of_a_pickle_record_is_noticed(installation: Installation) -> None:
    whole = record({"a": [1, 2]}).serialize()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        try:
            found = ResultRecord.deserialize(bytes(changed))
        except (UntrustedResult, DamagedResult):
            continue
        assert found.result == {"a": [1, 2]}, f"byte {place} changed the result unnoticed"


def test_another_installations_pickle_is_refused(installation: Installation) -> None:
    whole = record({"a": 1}).serialize()
    installation.change(results_key=lambda: b"o" * 32)
    with pytest.raises(UntrustedResult, match="not made with this installation's key"):
        ResultRecord.deserialize(whole)


def test_no_key_means_no_pickles(installation: Installation) -> None:
    installation.change(results_key=lambda: b"")
    whole = record({"a": 1}).serialize()
    assert "tag" not in json.loads(whole)
    with pytest.raises(UntrustedResult, match="carries no authentication tag"):
        ResultRecord.deserialize(whole)


@pytest.mark.parametrize("serializer", [JSONSerializer(), CompressedJSONSerializer(), JSONSerializer(jsonlib="orjson")])
def test_json_needs_no_key(installation: Installation, serializer: Serializer) -> None:
    whole = record({"a": [1, "x"]}, serializer).serialize()
    installation.change(results_key=lambda: b"")
    assert ResultRecord.deserialize(whole).result == {"a": [1, "x"]}


def test_untagged_records_can_be_allowed(installation: Installation) -> None:
    installation.change(results_allow_untagged=True)
    assert read(without_tag(document({"a": 1}))) == {"a": 1}


def test_records_of_the_incumbent(installation: Installation) -> None:
    """As Prefect 3 wrote them: no tag, base64 broken into lines."""
    payload = base64.encodebytes(pickle.dumps({"a": "x" * 200}))
    theirs = {
        "metadata": {
            "storage_key": "/theirs/k",
            "expiration": None,
            "serializer": {"type": "pickle", "picklelib": "cloudpickle", "picklelib_version": None},
            "prefect_version": "3.8.8",
            "storage_block_id": None,
        },
        "result": payload.decode(),
    }
    with pytest.raises(UntrustedResult):
        read(theirs)
    installation.change(results_allow_untagged=True)
    assert read(theirs) == {"a": "x" * 200}
    json_record = {
        **theirs,
        "metadata": {**theirs["metadata"], "serializer": JSONSerializer().model_dump()},
        "result": "[1]",
    }  # type: ignore[dict-item]
    installation.change(results_allow_untagged=False)
    assert read(json_record) == [1]


# --- what is broken


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"metadata": {}}',
        b'{"metadata": 5, "result": "x"}',
        b'{"metadata": {}, "result": 5}',
        b'{"metadata": {}, "result": "!", "encoding": "base64"}',
        b"[" * 100_000,
        pickle.dumps(1),
    ],
)
def test_what_is_no_record(data: bytes) -> None:
    with pytest.raises(DamagedResult, match="not a (whole )?result record"):
        ResultRecord.deserialize(data)


def test_every_truncation_is_noticed() -> None:
    whole = record({"a": 1}, JSONSerializer()).serialize()
    for length in range(len(whole)):
        with pytest.raises(DamagedResult):
            ResultRecord.deserialize(whole[:length])


class Gone:
    pass


def test_a_class_that_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)("module_that_goes_away")
    module.Gone = type("Gone", (), {"__module__": module.__name__})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    whole = record(module.Gone()).serialize()  # type: ignore[attr-defined]
    monkeypatch.delitem(sys.modules, module.__name__)
    with pytest.raises(DamagedResult, match=r"cannot be read: ModuleNotFoundError.*make it importable"):
        ResultRecord.deserialize(whole)


def test_a_serializer_that_nobody_defines() -> None:
    class Vanishing(Serializer):
        type: str = "vanishing-for-tests"

        def dumps(self, obj: Any) -> bytes:
            return b"x"

    from prefect.engine.results import serializers

    whole = record(1, Vanishing()).serialize()
    del serializers._registry["vanishing-for-tests"]
    with pytest.raises(DamagedResult, match="No class found for dispatch key 'vanishing-for-tests'"):
        ResultRecord.deserialize(whole)


def test_a_backup_serializer() -> None:
    data = json.dumps({"metadata": {"storage_key": "k"}, "result": "[1]"}).encode()
    assert parse_document(data).metadata == {"storage_key": "k"}
    assert ResultRecord.deserialize(data, backup_serializer=JSONSerializer()).result == [1]
