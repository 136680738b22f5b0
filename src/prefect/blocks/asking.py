"""What is asked of the API, as data that blocking and asynchronous code perform each in its way.

Steps are a generator: it yields what a client is to be asked, is sent the answer or thrown the error, and returns the
result.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

from prefect.connect import api_client
from prefect.engine.dispatch import in_async_code

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient, SyncPrefectClient

T = TypeVar("T")


Client: TypeAlias = "PrefectClient | SyncPrefectClient | None"


class Ask(NamedTuple):
    """One question: a method of the client, and what it is given."""

    method: str
    arguments: tuple[Any, ...] = ()


Steps = Generator[Ask, Any, T]


def ask(method: str, *arguments: Any) -> Steps[Any]:
    """One question as steps, so that others write `answer = yield from ask(...)`."""
    answer = yield Ask(method, arguments)
    return answer


def drive(steps: Steps[T], client: Client) -> T:
    """The result of steps, in blocking code."""
    with _blocking(client) as asked:
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                question = steps.send(answer) if error is None else steps.throw(error)
            except StopIteration as done:
                return cast(T, done.value)
            answer, error = None, None
            try:
                answer = getattr(asked, question.method)(*question.arguments)
            except Exception as raised:
                error = raised


async def adrive(steps: Steps[T], client: Client) -> T:
    """The result of steps, in asynchronous code."""
    async with _asynchronous(client) as asked:
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                question = steps.send(answer) if error is None else steps.throw(error)
            except StopIteration as done:
                return cast(T, done.value)
            answer, error = None, None
            try:
                answer = await getattr(asked, question.method)(*question.arguments)
            except Exception as raised:
                error = raised


@contextmanager
def _blocking(client: Client) -> Iterator[Any]:
    """The client given if it is one for blocking code, else a new one."""
    if client is not None and not hasattr(client, "__aenter__"):
        yield client
        return
    with api_client(blocking=True) as own:
        yield own


@asynccontextmanager
async def _asynchronous(client: Client) -> AsyncIterator[Any]:
    """The client given if it is one for asynchronous code, else a new one."""
    if hasattr(client, "__aenter__"):
        yield client
        return
    async with api_client(blocking=False) as own:
        yield own


def perform(steps: Steps[T], client: Client) -> T:
    """The result of steps; an awaitable of it in asynchronous code."""
    if in_async_code():
        return cast(T, adrive(steps, client))
    return drive(steps, client)
