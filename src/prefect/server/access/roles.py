"""The role table: who may call what, over every route and every WebSocket.

A role may do what those before it may: viewer, runner, editor, admin. What is not in the table does not exist, and so is
nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from prefect.server.http.routing import Role, Route

SOCKETS: Mapping[str, Role] = {
    "/events/in": Role.RUNNER,
    "/events/out": Role.VIEWER,
    "/logs/out": Role.VIEWER,
}
"""WebSockets by their path below the API; one that is not named here is an administrator's."""


class Line(NamedTuple):
    """Who may call an operation."""

    method: str
    path: str
    role: str


def table(routes: Iterable[Route], sockets: Mapping[str, Role] = SOCKETS) -> list[Line]:
    """The whole table, in the order of paths."""
    lines = [Line(route.method, f"/api{route.path}", route.role.name.lower()) for route in routes]
    lines += [Line("WS", f"/api{path}", role.name.lower()) for path, role in sockets.items()]
    return sorted(lines, key=lambda line: (line.path, line.method))


def role_of_socket(path: str) -> Role:
    """The role that a WebSocket asks for; `path` is below the API."""
    return SOCKETS.get(path.removeprefix("/api"), Role.ADMIN)


def markdown(lines: Iterable[Line]) -> str:
    """The table for people."""
    rows = [f"| {line.method} | `{line.path}` | {line.role} |" for line in lines]
    return "\n".join(["| method | path | role |", "|---|---|---|", *rows])
