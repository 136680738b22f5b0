"""Comparing what two servers answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.compat.rest_diff import Comparison, Player, Step, call, main

Answer = Callable[[httpx.Request], Any]


def player(answer: Answer, status: int = 200) -> Player:
    """A player of a server that answers like that."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=answer(request)))
    return Player(httpx.Client(transport=transport, base_url="http://server/api"), "word")


def compared(step: Step, first: Answer, second: Answer) -> list[str]:
    found = Comparison(player(first), player(second)).differences([step])
    return [f"{each.place}: {each.first} {each.second}" for each in found]


GET = call("", "GET /things")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": str(uuid4())}, {"id": str(uuid4())}),
        ({"created": "2026-01-01T00:00:00Z"}, {"created": "2020-01-01T00:00:00+00:00"}),
        ({"at": "2031-01-01T00:00:00Z"}, {"at": "2031-01-01T01:00:00+01:00"}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
        ({"name": "quick-otter"}, {"name": "slow-hare"}),
        ({"total_run_time": 0.5}, {"total_run_time": 0.7}),
        ({"request_body": {"a": 1}}, {}),
    ],
)
def test_what_differs_from_server_to_server_is_left_out(first: object, second: object) -> None:
    assert compared(GET, lambda _: first, lambda _: second) == []


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ".a.b[1]: 2 3"),
        ({"a": 1}, {}, ".a: 1 <missing>"),
        ({}, {"a": 1}, ".a: <missing> 1"),
        ({"a": True}, {"a": 1}, ".a: True 1"),
        ([1], [1, 2], "answer: [1] [1, 2]"),
        ({"at": "2031-01-01T00:00:00Z"}, {"at": "2031-01-01T00:00:00+01:00"}, ".at: 2031-01-01T00:00:00+00:00"),
    ],
)
def test_everything_else_is_named_with_its_place(first: object, second: object, place: str) -> None:
    (found,) = compared(GET, lambda _: first, lambda _: second)
    assert found.startswith(place)


def test_ids_stand_for_each_other_as_they_first_did() -> None:
    ids = [str(uuid4()) for _ in range(3)]
    same = {"id": ids[0], "copy": ids[0]}
    assert len(compared(GET, lambda _: same, lambda _: {"id": ids[1], "copy": ids[1]})) == 0
    assert len(compared(GET, lambda _: same, lambda _: {"id": ids[1], "copy": ids[2]})) == 1


def test_another_status_ends_the_comparison_of_a_call() -> None:
    found = list(Comparison(player(lambda _: {"a": 1}), player(lambda _: {"a": 2}, 404)).differences([GET]))
    assert [each.place for each in found] == ["status"]


def test_answers_are_known_to_later_calls() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> object:
        asked.append(f"{request.url.path} {request.content.decode()}")
        return [{"id": 7}]

    one = player(answer)
    one.play(call("made", "POST /things", {"name": "a-$run", "$ref": "$schema"}))
    one.play(call("", "POST /things/$made.0.id", {"of": "$made.0.id", "none": "$made.9.id"}))
    assert asked[0] == "/api/things " + json.dumps({"name": "a-word", "$ref": "$schema"})
    assert asked[1] == "/api/things/7 " + json.dumps({"of": 7, "none": None})


def test_the_command_needs_a_script_and_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "script" in capsys.readouterr().err
