"""Variables, artifacts and limits from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from prefect.connect import CLOCK, embedded_backend
from prefect.core.ports import SlotRequest
from prefect.orchestrator import slots
from tests.cli.conftest import Prefect


def publish(key: str | None, data: object, description: str = "") -> None:
    """Record an artifact."""
    now, backend = CLOCK.now(), embedded_backend()
    row = (CLOCK.new_id().bytes, key, "table", json.dumps(data), description, None, None, None, now, now)
    backend.record("artifact", row)
    backend.flush()


def test_artifacts(prefect: Prefect) -> None:
    assert prefect("artifact", "ls").out == "No artifacts found.\n"
    publish("report", [{"a": 1}])
    publish("report", [{"a": 2, "b": "x\x1b[1m"}])
    publish(None, "plain")
    listed = prefect("artifact", "ls", "-o", "json").json
    assert [(item["key"], item["data"]) for item in listed] == [
        (None, "plain"),
        ("report", [{"a": 2, "b": "x\x1b[1m"}]),
    ]
    assert len(prefect("artifact", "ls", "--all", "-o", "json").json) == 3
    shown = prefect("artifact", "inspect", "report")
    assert "x\\x1b[1m" in shown.out
    assert "\x1b" not in shown.out
    assert len(prefect("artifact", "inspect", "report", "--limit", 1, "-o", "json").json) == 1
    assert prefect("artifact", "delete", "report").out == "Deleted 2 artifact(s) with key 'report'.\n"
    assert prefect("artifact", "delete", "--id", listed[0]["id"]).code == 0
    assert prefect("artifact", "ls", "-o", "json").json == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inspect", "nope"), "Artifact 'nope' not found."),
        (("delete", "nope"), "Artifact with key 'nope' not found."),
        (("delete",), "Please provide a key or an artifact_id."),
        (("delete", "--id", uuid4()), "not found!"),
    ],
)
def test_artifacts_that_are_not_there(prefect: Prefect, arguments: tuple[object, ...], message: str) -> None:
    said = prefect("artifact", *arguments)
    assert said.code == 1
    assert message in said.err


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("5", 5, "5"),
        ("word", "word", "word"),
        ('{"a": [1]}', {"a": [1]}, '{"a": [1]}'),
        ('"5"', "5", "5"),
        ("", "", ""),
    ],
)
def test_a_variable(prefect: Prefect, text: str, value: object, shown: str) -> None:
    assert prefect("variable", "set", "x", text, "--tag", "a").out == "Set variable 'x'.\n"
    assert prefect("variable", "get", "x").out == f"{shown}\n"
    assert prefect("variable", "get", "--name", "x", "-o", "json").json == value
    assert prefect("variable", "inspect", "x", "-o", "json").json["tags"] == ["a"]
    assert [item["value"] for item in prefect("variables", "ls", "-o", "json").json] == [value]
    assert prefect("variable", "set", "x", "1").err == "Variable 'x' already exists. Use `--overwrite` to update it.\n"
    assert prefect("variable", "set", "x", "1", "--overwrite").code == 0
    assert prefect("variable", "unset", "x").out == "Unset variable 'x'.\n"
    for name in ("get", "inspect", "unset", "delete"):
        said = prefect("variable", name, "x")
        assert (said.code, said.err) == (1, "Variable 'x' not found.\n")


def test_a_global_limit(prefect: Prefect, tmp_path: Path) -> None:
    assert "Created global concurrency limit with name 'db'" in prefect("gcl", "create", "db", "--limit", 3).out
    assert prefect("gcl", "create", "db", "-l", 3).code == 1
    assert prefect("gcl", "update", "db", "--limit", 5, "--slot-decay-per-second", 0.5).code == 0
    assert prefect("gcl", "update", "db").err == "No update arguments provided.\n"
    assert prefect("gcl", "update", "db", "--enable", "--disable").code == 1
    limit = prefect("gcl", "inspect", "db", "-o", "json").json
    assert (limit["limit"], limit["slot_decay_per_second"], limit["active"]) == (5, 0.5, True)
    assert prefect("gcl", "disable", "db").out == "Disabled global concurrency limit with name 'db'.\n"
    assert prefect("gcl", "disable", "db").code == 1
    assert prefect("gcl", "inspect", "db", "-f", tmp_path / "limit.json").code == 0
    assert json.loads((tmp_path / "limit.json").read_text())["active"] is False
    assert prefect("gcl", "enable", "db").code == 0
    assert prefect("gcl", "delete", "db").code == 0
    for name in ("inspect", "enable", "disable", "delete"):
        assert prefect("gcl", name, "db").err == "Global concurrency limit 'db' not found.\n"
    assert prefect("gcl", "create", "x", "--limit", -1).code == 2


def test_who_holds_a_limit(prefect: Prefect) -> None:
    prefect("gcl", "create", "db", "--limit", 3)
    holder, backend = CLOCK.new_id(), embedded_backend()
    request = SlotRequest(names=["db"], occupy=2, holder=holder, run_id=None, attempt=1, lease_seconds=60)
    assert backend.store.transact(lambda tx: slots.acquire(tx, request, CLOCK)).granted
    assert prefect("gcl", "ls", "-o", "json").json[0]["active_slots"] == 2
    assert str(holder) in prefect("gcl", "inspect", "db").out
    assert prefect("gcl", "update", "db", "--active-slots", 0).code == 0
    assert prefect("gcl", "inspect", "db", "-o", "json").json["active_slots"] == 0


def test_a_limit_of_a_tag(prefect: Prefect) -> None:
    assert prefect("concurrency-limit", "create", "etl", 2).code == 0
    assert prefect("concurrency-limit", "create", "etl", 4).code == 0
    limit = prefect("concurrency-limit", "inspect", "etl", "-o", "json").json
    assert (limit["tag"], limit["concurrency_limit"], limit["active_slots"]) == ("etl", 4, [])
    assert len(prefect("concurrency-limits", "ls", "-o", "json").json) == 1
    assert prefect("gcl", "ls", "-o", "json").json == []
    assert prefect("concurrency-limit", "reset", "etl").code == 0
    assert prefect("concurrency-limit", "delete", "etl").code == 0
    for name in ("inspect", "reset", "delete"):
        assert prefect("concurrency-limit", name, "etl").err == "No concurrency limit found for the tag: etl\n"
