"""A call of the API as data: what is asked, how the answer is read, which error a refusal becomes.

An operation (`prefect.client.operations`) is a plain function that returns a `Call`, or a generator that yields several
and returns what comes of them. Nothing here sends anything: `sync.py` and `aio.py` do, and both read this.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json

from prefect.core.lifecycle.states import State
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.wire.states import HeldState

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Shape = TypeVar("Shape", bound=BaseModel)
JsonObject: TypeAlias = dict[str, Any]
AnyState: TypeAlias = State[Any]
Refusals: TypeAlias = Mapping[int, type[ObjectNotFound] | type[ObjectAlreadyExists]]

MISSING: Refusals = {404: ObjectNotFound}
TAKEN: Refusals = {409: ObjectAlreadyExists}


class Call(Generic[T]):
    """One request, and what its answer means.

    Args:
        method: in capitals.
        path: below the API's address; see `path`.
        read: makes the result of an answer that is no error.
        params: of the query; those that are None are left out.
        body: anything that JSON can say, or a shape; None for a request without a body.
        refusals: which error an answer's status becomes, where it is not `PrefectHTTPStatusError`.
        repeatable: whether doing it twice is the same as doing it once; None to go by the method.
        more: keyword arguments of `httpx.Client.request`, for requests of any kind.
    """

    __slots__ = ("body", "method", "more", "params", "path", "read", "refusals", "repeatable")

    def __init__(
        self,
        method: str,
        path: str,
        read: Callable[[httpx.Response], T],
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        refusals: Refusals | None = None,
        repeatable: bool | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.read = read
        self.params = params
        self.body = body
        self.refusals = refusals or {}
        self.repeatable = repeatable
        self.more = more or {}

    def __iter__(self) -> Calls[T]:
        return ask(self)

    def arguments(self, extension: str) -> JsonObject:
        """Keyword arguments of `httpx.Client.request`; `extension` names the one that says `repeatable`."""
        given = dict(self.more)
        if self.params:
            given["params"] = {name: value for name, value in self.params.items() if value is not None}
        if self.body is not None:
            given["content"] = to_json(self.body)
            given["headers"] = {"Content-Type": "application/json"}
        if self.repeatable is not None:
            given["extensions"] = {extension: self.repeatable}
        return given


Calls: TypeAlias = Generator[Call[Any], Any, T]
"""What an operation of several requests is."""


class Asked(Protocol[T_co]):
    """What an operation returns: a `Call`, or `Calls`."""

    def __iter__(self) -> Generator[Any, Any, T_co]: ...


def ask(call: Call[T]) -> Calls[T]:
    """One call as `Calls`, so that an operation of several writes `answer = yield from ask(call)` and has it typed."""
    result: T = yield call
    return result


def path(template: str, *values: object) -> str:
    """`path("/work_pools/{}/queues/{}", "a b", name)`: each value quoted, so that it stays one part of the path."""
    return template.format(*(quote(str(value), safe="") for value in values))


def searching(
    path: str, read: Callable[[httpx.Response], T], body: object, refusals: Refusals | None = None
) -> Call[T]:
    """A request that only reads, though it is a POST."""
    return Call("POST", path, read, body=body, refusals=refusals, repeatable=True)


# --- what is sent


def given(shape: BaseModel) -> JsonObject:
    """The fields of a shape that were given, as JSON says them; the server knows the defaults of the rest."""
    return shape.model_dump(mode="json", exclude_unset=True)


def conditions(**filters: BaseModel | None) -> JsonObject:
    """The filters that were given, by name."""
    return {name: given(filter) for name, filter in filters.items() if filter is not None}


def known(**fields: object) -> dict[str, object]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


# --- how answers are read


def raw(answer: httpx.Response) -> httpx.Response:
    """The answer itself."""
    return answer


def nothing(answer: httpx.Response) -> None:
    """Nothing: that there is an answer says it all."""


def plain(answer: httpx.Response) -> Any:
    """What JSON says."""
    return answer.json()


def text(answer: httpx.Response) -> str:
    """The body as it is."""
    return answer.text


def new_id(answer: httpx.Response) -> UUID:
    """The id of what was made."""
    return UUID(answer.json()["id"])


def one(shape: type[Shape]) -> Callable[[httpx.Response], Shape]:
    """Reads one object."""
    return lambda answer: shape.model_validate_json(answer.content)


def many(shape: type[Shape]) -> Callable[[httpx.Response], list[Shape]]:
    """Reads a list of objects."""

    def read(answer: httpx.Response) -> list[Shape]:
        found: list[Shape] = _reader_of_lists(shape).validate_json(answer.content)
        return found

    return read


@cache
def _reader_of_lists(shape: type[BaseModel]) -> TypeAdapter[Any]:
    shapes: Any = GenericAlias(list, (shape,))
    return TypeAdapter(shapes)


_one_state: TypeAdapter[AnyState] = TypeAdapter(HeldState, config={"defer_build": True})
_many_states: TypeAdapter[list[AnyState]] = TypeAdapter(list[HeldState], config={"defer_build": True})


def state(answer: httpx.Response) -> AnyState:
    """One state of a run."""
    return _one_state.validate_json(answer.content)


def states(answer: httpx.Response) -> list[AnyState]:
    """A list of states."""
    return _many_states.validate_json(answer.content)


def listed(items: Iterable[T] | None) -> list[T]:
    """A list of what was given, empty for None."""
    return [] if items is None else list(items)
