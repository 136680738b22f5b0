"""Each method asks what Prefect 3.8.8's client asks, makes the same of the answers, and has the same signature.

`observed.json` holds what was seen of the real client against its own server (`record.py`); an application here answers
as that server did. Equal means equal to a server: a field that is null or empty says what a missing one says.
"""

from __future__ import annotations

import inspect
import json
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pydantic import TypeAdapter

from prefect.client.operations.table import Method, Operations
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.wire.bodies import BODIES
from tests.client.apps import Answer, App, Asked
from tests.client.outcomes import outcome_of
from tests.client.record import parameter_text
from tests.client.scenario import NOWHERE, PARTS, Ask, Part, number

OBSERVED = json.loads(Path(__file__).with_name("observed.json").read_text())
MADE_BY_CLIENTS = {"transition_id", "idempotency_key"}
DEFAULTS = [
    ("operator", "and_"),
    ("force", False),
    ("is_paused", False),
    ("untrackable_result", False),
    ("pause_reschedule", False),
    ("max_retries", 0),
    ("retry_delay_seconds", 0.0),
    ("day_or", True),
    ("offset", 0),
    ("order", "DESC"),
    ("description", ""),
    ("enabled", True),
    ("within", 0.0),
    ("description", "None"),  # a slip of the real client: it makes text of a description that was not given
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
RECORDED = datetime(2030, 1, 1, tzinfo=UTC)
"""Moments before this were made by a client at the time; those of the scenario lie after it."""


def meaning(value: Any) -> Any:
    """What a body says to a server."""
    if isinstance(value, dict):
        made = MADE_BY_CLIENTS | ({"id"} if "posture" in value else set())
        fields = {name: meaning(field) for name, field in value.items() if name not in made}
        return {name: field for name, field in fields.items() if not _says_nothing(name, field)}
    if isinstance(value, list):
        return [meaning(item) for item in value]
    if isinstance(value, str) and MOMENT.match(value):
        moment = datetime.fromisoformat(value)
        return moment.isoformat() if moment >= RECORDED else None
    return value


def _says_nothing(name: str, field: Any) -> bool:
    return field is None or field in ([], {}) or any((name, field) == known for known in DEFAULTS)


def request_meant(method: str, path: str, body: Any) -> tuple[str, str, dict[str, str], Any]:
    parts = urlsplit(path)
    if (method, path) == ("POST", "/task_runs/"):  # ours always have an id, so that they can be sent twice
        given = {"id": body["id"]} if body.get("id") == str(number(101)) else {}
        body = {**body, "id": None, **given, "tags": sorted(body["tags"])}
    said = body if method == "PATCH" else meaning(body) or None
    return method, unquote(parts.path), dict(parse_qsl(parts.query)), said


class Replay:
    """Answers as the real server did to the real client, call by call."""

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self.calls = calls
        self.turn = 0
        self.app = App(self._answer)

    def _answer(self, asked: Asked) -> Answer:
        requests = self.calls[self.turn]["requests"]
        number = len(self.app.asked)
        if number > len(requests):
            return Answer(418, {"detail": f"the real client asked {len(requests)} times"})
        return Answer(requests[number - 1]["status"], requests[number - 1]["answer"])

    def judge(self, asked: Ask, result: Any) -> None:
        """Compare what was asked and what came of it, and go on to the next call."""
        call = self.calls[self.turn]
        assert asked.method == call["call"]
        theirs = [request_meant(each["method"], each["path"], each["body"]) for each in call["requests"]]
        if asked.method == "match_work_queues":  # a page that is not full is the last one; theirs asks for one more
            theirs = theirs[:1]
        ours = [
            request_meant(each.method, each.path + (f"?{each.query}" if each.query else ""), each.json)
            for each in self.app.asked
        ]
        assert ours == theirs
        for each, answered in zip(self.app.asked, call["requests"], strict=False):
            if answered["status"] < 400:
                assert_server_takes(each)
        assert outcome_meant(outcome_of(result)) == outcome_meant(call["outcome"]), asked.method
        self.turn += 1
        self.app.asked.clear()


def assert_server_takes(asked: Asked) -> None:
    """The body has the shape that a server validates it with: no unknown field, none of a wrong kind."""
    for (method, template), shape in BODIES.items():
        if method == asked.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), asked.path):
            TypeAdapter(shape).validate_json(asked.body or b"{}")
            return


def outcome_meant(outcome: str) -> Any:
    kind, _, value = outcome.partition(" ")
    if kind in ("raises", "Response"):
        return kind, value
    plain = _without_blanks(json.loads(value))
    if "Automation" in kind:  # ours also say when they were made, and which trigger is theirs
        for automation in plain if isinstance(plain, list) else [plain]:
            automation.pop("created", None)
            automation.pop("updated", None)
            automation["trigger"].pop("id", None)
    return kind, plain


def _without_blanks(value: Any) -> Any:
    """A value without the fields that are null or false: a state of ours says False where theirs says None."""
    if isinstance(value, dict):
        return {name: _without_blanks(field) for name, field in value.items() if field not in (None, False)}
    if isinstance(value, list):
        return [_without_blanks(item) for item in value]
    return value


@pytest.mark.filterwarnings("ignore:set_deployment_paused_state:DeprecationWarning")
@pytest.mark.parametrize("part", PARTS)
def test_blocking_calls_ask_and_give_what_the_real_ones_do(part: str) -> None:
    replay = Replay(OBSERVED["exchanges"][part])
    with SyncPrefectClient(replay.app) as client:
        steps, result = PARTS[part](), None
        while (asked := _next(steps, result)) is not None:
            try:
                result = getattr(client, asked.method)(*asked.args, **asked.given)
            except Exception as error:
                result = error
            replay.judge(asked, result)
    assert replay.turn == len(replay.calls)


@pytest.mark.filterwarnings("ignore:set_deployment_paused_state:DeprecationWarning")
@pytest.mark.parametrize("part", PARTS)
async def test_async_calls_ask_and_give_what_the_real_ones_do(part: str) -> None:
    replay = Replay(OBSERVED["exchanges"][part])
    async with PrefectClient(replay.app) as client:
        steps, result = PARTS[part](), None
        while (asked := _next(steps, result)) is not None:
            try:
                result = await getattr(client, asked.method)(*asked.args, **asked.given)
            except Exception as error:
                result = error
            replay.judge(asked, result)
    assert replay.turn == len(replay.calls)


def _next(steps: Part, result: Any) -> Ask | None:
    try:
        return steps.send(result)
    except StopIteration:
        return None


# --- errors


def every_first_call() -> dict[str, Ask]:
    """The first call of each method; what it is given does not matter here."""
    calls: dict[str, Ask] = {}
    for part, observed in OBSERVED["exchanges"].items():
        replay = Replay(observed)
        with SyncPrefectClient(replay.app) as client, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            steps, result = PARTS[part](), None
            while (asked := _next(steps, result)) is not None:
                calls.setdefault(asked.method, asked)
                try:
                    result = getattr(client, asked.method)(*asked.args, **asked.given)
                except Exception as error:
                    result = error
                replay.turn += 1
                replay.app.asked.clear()
    return calls


@pytest.mark.filterwarnings("ignore:set_deployment_paused_state:DeprecationWarning")
def test_refusals_become_the_same_errors() -> None:
    status = 0
    app = App(lambda asked: Answer(status, {"detail": "no"}))
    differences = []
    with SyncPrefectClient(app) as client:
        for method, asked in every_first_call().items():
            for code, expected in OBSERVED["errors"][method].items():
                status = int(code)
                try:
                    result = getattr(client, method)(*asked.args, **asked.given)
                except Exception as error:
                    result = error
                if outcome_of(result) != expected:
                    differences.append(f"{method} {code}: {outcome_of(result)}, not {expected}")
    assert not differences


def test_a_refusal_keeps_what_the_server_said() -> None:
    with SyncPrefectClient(App(lambda asked: Answer(404, {"detail": "gone"}))) as client:
        with pytest.raises(ObjectNotFound, match="gone") as caught:
            client.read_flow_run(NOWHERE)
    assert isinstance(caught.value.http_exc, PrefectHTTPStatusError)


# --- the methods themselves


@pytest.mark.parametrize("cls", [PrefectClient, SyncPrefectClient])
def test_methods_have_the_signatures_of_the_real_ones(cls: type) -> None:
    ours = {
        name: [parameter_text(parameter) for parameter in list(inspect.signature(method).parameters.values())[1:]]
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_")
    }
    assert ours == OBSERVED["signatures"]


def test_methods_are_of_the_right_colour_and_documented() -> None:
    for name in [name for name, entry in vars(Operations).items() if isinstance(entry, Method)]:
        assert inspect.iscoroutinefunction(getattr(PrefectClient, name)), name
        assert not inspect.iscoroutinefunction(getattr(SyncPrefectClient, name)), name
        assert getattr(PrefectClient, name).__doc__, name
        assert getattr(PrefectClient, name).__qualname__ == f"PrefectClient.{name}"
