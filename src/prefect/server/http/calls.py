"""A request as handlers see it: its route's parameters, its validated body, who asks, and the world around."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from prefect.server.http.errors import invalid
from prefect.server.http.routing import Query, Role, Route

B = TypeVar("B")
W = TypeVar("W")


class Principal:
    """Who asks.

    Args:
        name: for the audit log.
        role: what they may do.
        scopes: what a key is confined to, such as one flow run; nothing if empty.
        kind: by which right: `local`, `auth-string`, `user` or `key`.
        account: whose account it is, if anybody's.
        session: digest of the browser session, if it is one.
    """

    __slots__ = ("account", "kind", "name", "role", "scopes", "session")

    def __init__(
        self,
        name: str,
        role: Role,
        scopes: Mapping[str, str] | None = None,
        kind: str = "local",
        account: UUID | None = None,
        session: str | None = None,
    ) -> None:
        self.name = name
        self.role = role
        self.scopes = scopes or {}
        self.kind = kind
        self.account = account
        self.session = session


class Head:
    """A request before its body: method, path below the API, headers and who asks."""

    __slots__ = (
        "address",
        "answer_headers",
        "audited",
        "began",
        "headers",
        "method",
        "notes",
        "path",
        "principal",
        "query_string",
        "raw_path",
        "repeated",
        "root",
        "scheme",
    )

    def __init__(self, scope: Mapping[str, Any], path: str, root: str) -> None:
        self.began = perf_counter()
        self.method: str = scope.get("method", "GET")
        self.path = path
        self.raw_path: bytes = scope.get("raw_path") or b""
        """The path as it was sent, percent signs and all; empty where nobody knows."""

        self.root = root
        """What comes before the API's own paths, as the client sees it."""

        self.scheme: str = scope.get("scheme", "http")
        given = scope["headers"]
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in given}
        self.repeated = len(self.headers) != len(given) and _repeated(given)
        """Whether a header came twice that must not, lest two readers understand two things."""

        self.query_string: bytes = scope.get("query_string", b"")
        client = scope.get("client")
        self.address: str | None = client[0] if client else None
        self.principal: Principal | None = None
        self.answer_headers: list[tuple[bytes, bytes]] = []
        """Headers that guards add to the answer, whatever it is."""

        self.notes: dict[str, object] = {}
        """What the audit log is to say of the request."""

        self.audited: UUID | None = None
        """The entry of the audit log that was written together with the change."""

    @property
    def is_socket(self) -> bool:
        """Whether it wants a WebSocket."""
        return self.scheme in ("ws", "wss")

    def header(self, name: str) -> str | None:
        """A header by its name in lower case."""
        return self.headers.get(name)


_SINGLE = frozenset({b"host", b"origin", b"authorization", b"content-length", b"content-encoding"})


def _repeated(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    counted = Counter(name for name, _ in headers if name in _SINGLE)
    return any(count > 1 for count in counted.values())


class Call(Generic[B]):
    """One request to one route.

    Args:
        world: what the server has; typed by the routes that use it.
        head: what came before the body.
        route: the route.
        path: the parameters in its path.
        body: the validated body.
    """

    __slots__ = ("_query", "body", "head", "path", "route", "world")

    def __init__(self, world: Any, head: Head, route: Route, path: Mapping[str, str], body: B) -> None:
        self.world = world
        self.head = head
        self.route = route
        self.path = path
        self.body = body
        self._query: dict[str, Any] | None = None

    def id(self, name: str = "id") -> UUID:
        """A UUID from the path."""
        return UUID(self.path[name])

    def text(self, name: str) -> str:
        """A text from the path."""
        return self.path[name]

    def query(self, name: str) -> Any:
        """A parameter of the query string, as its route declares it. Raises InvalidRequest."""
        if self._query is None:
            self._query = read_query(self.route.query, self.head.query_string)
        return self._query[name]


AnyCall = Call[Any]
"""A request of which only the head and the world matter."""


def read_query(declared: tuple[Query, ...], raw: bytes) -> dict[str, Any]:
    """The declared parameters of a query string. Raises InvalidRequest for one that does not fit."""
    try:
        given = parse_qs(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=1000)
    except (UnicodeDecodeError, ValueError):
        raise invalid(("query",), "The query string cannot be read.") from None
    return {parameter.name: _value(parameter, given.get(parameter.name)) for parameter in declared}


def _value(parameter: Query, given: list[str] | None) -> Any:
    if not given:
        if parameter.required:
            raise invalid(("query", parameter.name), "Field required", "missing")
        return parameter.default
    return _checked(parameter, _converted(parameter, given[-1]))


def _converted(parameter: Query, text: str) -> Any:
    place = ("query", parameter.name)
    if parameter.kind is bool:
        if text.lower() in ("true", "1", "yes", "on"):
            return True
        if text.lower() in ("false", "0", "no", "off"):
            return False
        raise invalid(place, "Input should be a valid boolean", "bool_parsing")
    try:
        return _moment(text) if parameter.kind is datetime else parameter.kind(text)
    except (ValueError, OverflowError):
        raise invalid(place, f"Input should be a valid {_NAMES[parameter.kind]}", "parsing") from None


def _moment(text: str) -> datetime:
    """A moment in UTC; the plus sign of an offset may have come as a blank."""
    if not text.isprintable():
        raise ValueError(text)
    given = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


_NAMES: dict[type, str] = {int: "integer", float: "number", UUID: "UUID", str: "string", datetime: "datetime"}


def _checked(parameter: Query, value: Any) -> Any:
    place = ("query", parameter.name)
    if parameter.at_least is not None and value < parameter.at_least:
        raise invalid(place, f"Input should be greater than or equal to {parameter.at_least}", "greater_than_equal")
    if parameter.at_most is not None and value > parameter.at_most:
        raise invalid(place, f"Input should be less than or equal to {parameter.at_most}", "less_than_equal")
    if parameter.options and value not in parameter.options:
        raise invalid(place, f"Input should be one of {', '.join(parameter.options)}", "enum")
    if isinstance(value, str) and "\x00" in value:
        raise invalid(place, "Input should not contain NUL characters")
    return value
