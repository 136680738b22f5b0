"""The error that an answer with an error's status is. Known to users as `prefect.exceptions.PrefectHTTPStatusError`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@cache
def status_error() -> type[httpx.HTTPStatusError]:
    """The error's class, made when a client is, since it derives from one of httpx's."""
    import httpx

    class PrefectHTTPStatusError(httpx.HTTPStatusError):
        """The server answered with an error; `response` is what it said."""

        def __reduce__(self) -> tuple[object, ...]:
            return _status_error_of, (self.response.request, self.response)

    PrefectHTTPStatusError.__module__ = "prefect.exceptions"
    PrefectHTTPStatusError.__qualname__ = PrefectHTTPStatusError.__name__
    return PrefectHTTPStatusError


def raise_for_status(answer: httpx.Response) -> None:
    """Raise PrefectHTTPStatusError if the answer, which has been read, is an error."""
    if answer.is_error:
        raise _status_error_of(answer.request, answer)


def _status_error_of(request: httpx.Request, answer: httpx.Response) -> httpx.HTTPStatusError:
    kind = "Client" if answer.is_client_error else "Server"
    message = f"{kind} error '{answer.status_code} {answer.reason_phrase}' for url '{answer.url}'"
    said = what_was_said(answer)
    return status_error()(f"{message}\nResponse: {said}" if said else message, request=request, response=answer)


def what_was_said(answer: httpx.Response) -> object:
    """The body of an answer: as JSON if it is, else as text."""
    try:
        return answer.json()
    except ValueError:
        return answer.text
