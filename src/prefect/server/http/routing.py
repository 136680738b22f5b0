"""Routes as data, and finding the one for a request in a number of steps that does not grow with their number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from prefect.server.http.answers import Reply


class Role(IntEnum):
    """What a caller may do; each role may also do what those before it may."""

    PUBLIC = 0
    """Anybody, without credentials: the two probes."""

    VIEWER = 1
    """Read."""

    RUNNER = 2
    """Report runs: what flows, tasks and workers write."""

    EDITOR = 3
    """Change deployments, blocks, limits, automations; start and cancel runs."""

    ADMIN = 4
    """Everything, users and keys included."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter in the query string."""

    name: str
    kind: type
    required: bool = False
    default: object = None
    at_least: int | None = None
    at_most: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API.

    `{id}` in the path takes a UUID, as do names ending in `_id`; any other name takes one segment, `{name:path}` the rest.
    """

    method: str
    path: str
    handler: Callable[..., Reply]
    role: Role = Role.VIEWER
    body: Any = None
    """The type that the body is validated as; None where there is none."""

    body_required: bool = True
    returns: Any = None
    """The type of the answer, for the OpenAPI document."""

    status: int = 200
    also: tuple[int, ...] = ()
    """Other statuses with the same kind of answer, such as 200 for what was there already."""

    query: tuple[Query, ...] = ()
    inline: bool = False
    """Whether the handler only looks at the request and returns a decision, so that it needs no thread of its own."""

    largest_body: int | None = None
    """Bytes of body, where that differs from the server's limit."""

    media_type: str = "application/json"
    """What a body has to be."""

    check: Callable[..., Awaitable[None]] | None = None
    """Asked with the call before the handler, for what must be awaited. Raises Refusal."""

    tags: tuple[str, ...] = ()


def is_id(name: str) -> bool:
    """Whether a path parameter of that name takes a UUID."""
    return name == "id" or (name.endswith("_id") and name not in {"resource_id"})


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    id_child: _Node | None = None
    text_child: _Node | None = None
    rest: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)
    ends: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The route of a request with the parameters in its path."""

    route: Route
    parameters: dict[str, str]


class Router:
    """Finds routes by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._root = _Node()
        for route in self.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in _segments(route.path):
            if not segment.startswith("{"):
                node = node.fixed.setdefault(segment, _Node())
                continue
            name, _, kind = segment.strip("{}").partition(":")
            names.append(name)
            if kind == "path":
                node.rest[route.method] = (route, tuple(names))
                return
            if is_id(name):
                node.id_child = node = node.id_child or _Node()
            else:
                node.text_child = node = node.text_child or _Node()
        if route.method in node.ends:
            raise ValueError(f"Two routes for {route.method} {route.path}.")
        node.ends[route.method] = (route, tuple(names))

    def find(self, method: str, path: str) -> Match | frozenset[str]:
        """The match, or the methods that the path would take: none if there is no such path."""
        wanted = "GET" if method == "HEAD" else method
        allowed: set[str] = set()
        other = path[:-1] if path.endswith("/") else path + "/"  # with and without the slash is the same place
        for spelling in (path, other):
            for ends, values in _walk(self._root, _segments(spelling)):
                found = ends.get(wanted)
                if found is not None:
                    route, names = found
                    return Match(route, dict(zip(names, map(unquote, values), strict=True)))
                allowed.update(ends)
        return frozenset(allowed)


def _segments(path: str) -> list[str]:
    return path.split("/")[1:]


def _walk(
    node: _Node, segments: list[str], values: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, tuple[Route, tuple[str, ...]]], tuple[str, ...]]]:
    """Every place that the path leads to: fixed words before ids before other parameters."""
    if not segments:
        if node.ends:
            yield node.ends, values
        return
    head, rest = segments[0], segments[1:]
    child = node.fixed.get(head)
    if child is not None:
        yield from _walk(child, rest, values)
    if head:
        if node.id_child is not None and _is_uuid(head):
            yield from _walk(node.id_child, rest, (*values, head))
        if node.text_child is not None:
            yield from _walk(node.text_child, rest, (*values, head))
    if node.rest:
        yield node.rest, (*values, "/".join(segments))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
