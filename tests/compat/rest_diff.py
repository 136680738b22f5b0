"""Two servers asked the same: a script of calls is sent to both, and what they answer is compared.

A script is a Python file with `CALLS`, a list of `call(...)`. Values of earlier answers are put in by name:

    from tests.compat.rest_diff import call

    CALLS = [
        call("flow", "POST /flows/", {"name": "a-$run"}),
        call("", "POST /deployments/", {"name": "d", "flow_id": "$flow.id"}),
        call("", "GET /flows/$flow.id"),
    ]

`$run` is a word of its own for each comparison, so that a script may be run on servers that hold other things; `$now`,
`$now+60` and `$now-3600.5` are moments; any other word after a `$` stays as it is. What differs from server to server is
left out: an id has its counterpart on the other server, moments near the present become `<time>`, durations `<seconds>`,
names that servers made up are one as good as the other, and tags are sorted. A server that is too busy to answer (503) is asked again.

    python -m tests.compat.rest_diff SCRIPT http://127.0.0.1:4200/api http://127.0.0.1:4201/api

prints each difference with its place and ends with 1 if there is any; with one server it prints what that one answers.
"""

from __future__ import annotations

import argparse
import json
import re
import runpy
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
SLUGS = re.compile(r"[a-z]+-[a-z]+")
"""Names that servers make up."""

PLACEHOLDERS = re.compile(r"\$(?:now\b(?P<shift>[+-][\d.]+)?|(?P<name>[a-z_]\w*(?:\.\w+)*))")
MISSING = "<missing>"
NEAR = timedelta(minutes=10)
DURATIONS = frozenset({"estimated_run_time", "total_run_time", "estimated_start_time_delta", "time_in_current_state"})
PAUSES = (0.1, 0.3, 1.0, 3.0)
"""Seconds before a server that is busy is asked again."""

ECHOES = frozenset({"request_body", "input", "ctx", "url"})
"""What repeats the request in an error; not compared."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a script."""

    name: str
    """What later calls know its answer by; nothing if they don't need it."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    unordered: bool = False
    """Whether the order of a list that it answers means nothing."""

    ignore: frozenset[str] = frozenset()
    """Fields whose values are known to differ."""


def call(
    name: str,
    request: str,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    unordered: bool = False,
    ignore: Sequence[str] = (),
) -> Step:
    """A call such as `call("flow", "POST /flows/", {"name": "f"})`."""
    method, _, path = request.partition(" ")
    return Step(name, method, path, body, headers or {}, unordered, frozenset(ignore))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two answers part."""

    step: int
    request: str
    place: str
    first: object
    second: object

    def __str__(self) -> str:
        place = f"      {self.place}: "
        lines = (f"{self.step:3} {self.request}", place + _shown(self.first), " " * len(place) + _shown(self.second))
        return "\n".join(lines)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 300 else text[:300] + "..."


class Player:
    """Sends a script's calls to one server.

    Args:
        client: whose base URL is the API's.
        run: what `$run` stands for.
    """

    def __init__(self, client: httpx.Client, run: str) -> None:
        self.client = client
        self.known: dict[str, Any] = {"run": run}
        self.started = datetime.now(UTC).replace(microsecond=0)
        self._numbers: dict[str, str] = {}

    def play(self, step: Step) -> Reply:
        """Make a call, and remember its answer under its name."""
        for pause in (*PAUSES, None):
            response = self._sent(step)
            if response.status_code != 503 or pause is None:
                break
            time.sleep(pause)
        body = _parsed(response)
        if step.name:
            self.known[step.name] = body
        return Reply(response.status_code, body)

    def _sent(self, step: Step) -> httpx.Response:
        return self.client.request(
            step.method,
            self._filled(step.path),
            content=None if step.body is None else json.dumps(self._filled(step.body)),
            headers={"content-type": "application/json", **step.headers},
        )

    def alike(self, value: Any, key: str = "") -> Any:
        """An answer with what differs from server to server made alike."""
        if isinstance(value, dict):
            return {self.alike(name): self.alike(item, name) for name, item in value.items() if name not in ECHOES}
        if isinstance(value, list):
            made = [self.alike(item, key) for item in value]
            return sorted(made) if key == "tags" else made
        if isinstance(value, str):
            return "<time>" if key in ("created", "updated") else MOMENTS.sub(self._moment, value)
        if key in DURATIONS and isinstance(value, (int, float)):
            return "<seconds>" if value else 0
        return value

    def numbered(self, text: str) -> str:
        """A text with its ids numbered in the order in which they came up."""
        return UUIDS.sub(lambda found: self._numbers.setdefault(found[0], f"<id {len(self._numbers) + 1}>"), text)

    def _moment(self, found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0])
        if abs(moment - self.started) < NEAR:
            return "<time>"
        return moment.astimezone(UTC).isoformat(sep=found[0][10])

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._filled(name): self._filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = PLACEHOLDERS.fullmatch(value)
        if whole is not None:
            return self._value(whole)
        return PLACEHOLDERS.sub(lambda found: str(self._value(found)), value)

    def _value(self, found: re.Match[str]) -> Any:
        if found["name"] is None:
            return (self.started + timedelta(seconds=float(found["shift"] or 0))).isoformat()
        value: Any = self.known
        parts = found["name"].split(".")
        if parts[0] not in value:
            return found[0]
        for part in parts:
            if isinstance(value, list):
                value = value[int(part)] if int(part) < len(value) else None
            else:
                value = value.get(part) if isinstance(value, dict) else None
        return value


def _parsed(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


class Comparison:
    """Compares answers of two servers, whose ids stand for each other as they first did."""

    def __init__(self, first: Player, second: Player) -> None:
        self.players = (first, second)
        self._counterparts: dict[str, str] = {}

    def differences(self, steps: Sequence[Step]) -> Iterator[Difference]:
        """Everything in which the servers answer a script differently."""
        for number, step in enumerate(steps):
            one, other = (player.play(step) for player in self.players)
            request = f"{step.method} {step.path}"
            if one.status != other.status:
                yield Difference(number, request, "status", [one.status, one.body], [other.status, other.body])
                continue
            bodies = [
                _ordered(step, player.alike(reply.body))
                for player, reply in zip(self.players, (one, other), strict=True)
            ]
            for place, left, right in self._compared(bodies[0], bodies[1], "", step.ignore):
                yield Difference(number, request, place or "answer", left, right)

    def _compared(
        self, one: Any, other: Any, place: str, ignore: frozenset[str]
    ) -> Iterator[tuple[str, object, object]]:
        if isinstance(one, dict) and isinstance(other, dict):
            for name, counterpart in zip(one, _counterparts_of(one, other), strict=True):
                if name not in ignore:
                    yield from self._compared(one[name], other.get(counterpart, MISSING), f"{place}.{name}", ignore)
            for name in other.keys() - one.keys() - ignore:
                if not UUIDS.search(name):
                    yield f"{place}.{name}", MISSING, other[name]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            for number, (left, right) in enumerate(zip(one, other, strict=True)):
                yield from self._compared(left, right, f"{place}[{number}]", ignore)
        elif not self._same(one, other):
            yield place, one, other

    def _same(self, one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str) and SLUGS.fullmatch(one) and SLUGS.fullmatch(other):
            return True
        if isinstance(one, str) and isinstance(other, str) and UUIDS.sub("", one) == UUIDS.sub("", other):
            pairs = zip(UUIDS.findall(one), UUIDS.findall(other), strict=True)
            return all(self._counterparts.setdefault(left, right) == right for left, right in pairs)
        return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _counterparts_of(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The names under which another answer has what this one has; ids go by their order."""
    ids = iter([name for name in other if UUIDS.fullmatch(name)])
    return [next(ids, MISSING) if UUIDS.fullmatch(name) and name not in other else name for name in one]


def _ordered(step: Step, body: Any) -> Any:
    if step.unordered and isinstance(body, list):
        return sorted(body, key=lambda item: UUIDS.sub("", json.dumps(item, sort_keys=True)))
    return body


def script(path: str) -> list[Step]:
    """The calls in a file."""
    calls: list[Step] = runpy.run_path(path)["CALLS"]
    return calls


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="rest_diff", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("script")
    parser.add_argument("first", help="URL of an API")
    parser.add_argument("second", nargs="?", help="URL of another; without it, what the first answers is shown")
    given = parser.parse_args(arguments)
    steps, run = script(given.script), secrets.token_hex(4)
    with _client(given.first) as one:
        if given.second is None:
            _show(steps, Player(one, run))
            return 0
        with _client(given.second) as two:
            found = list(Comparison(Player(one, run), Player(two, run)).differences(steps))
    print("\n".join(map(str, found)))
    print(f"{len(steps)} calls, {len(found)} differences")
    return 1 if found else 0


def _client(url: str) -> httpx.Client:
    """A client that makes a connection for each call: one that a server closed after an error is not met again."""
    return httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))


def _show(steps: Sequence[Step], player: Player) -> None:
    for number, step in enumerate(steps):
        reply = player.play(step)
        print(f"{number:3} {step.method} {step.path} {_shown(step.body) if step.body is not None else ''}")
        print(f"    {reply.status} {player.numbered(json.dumps(player.alike(reply.body)))}")


if __name__ == "__main__":
    sys.exit(main())
