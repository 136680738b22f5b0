"""Sends calls and waits for their answers; `aio.py` is the same for async code. What to send is decided elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from prefect.client.calls import Asked, Call
from prefect.client.errors import raise_for_status, status_error
from prefect.client.exchange import REPEATABLE, Exchange, Transmit
from prefect.client.inprocess import SyncAppTransport
from prefect.client.transport import ASGIApp, HttpxSettings, TransportOptions, current_options, httpx_arguments

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


@cache
def http_client_class() -> type[httpx.Client]:
    """The class of `prefect.client.base.PrefectHttpxSyncClient`, made when the first client is."""
    import httpx

    class PrefectHttpxSyncClient(httpx.Client):
        """An `httpx.Client` that tries again, sends CSRF tokens and raises PrefectHTTPStatusError.

        Args:
            enable_csrf_support: fetch tokens if the server wants them.
            raise_on_all_errors: raise for each answer that is an error; otherwise it is returned.
            options: how often to try again and the like; those in force unless given.
        """

        def __init__(
            self,
            *args: Any,
            enable_csrf_support: bool = False,
            raise_on_all_errors: bool = True,
            options: TransportOptions | None = None,
            **kwargs: Any,
        ) -> None:
            super().__init__(*args, **kwargs)
            self._raises = raise_on_all_errors
            self._exchange = Exchange(options or current_options(), self.build_request, enable_csrf_support)

        def send(self, request: httpx.Request, *args: Any, **kwargs: Any) -> httpx.Response:
            """The server's answer."""
            steps = self._exchange.deliver(request)
            outcome: httpx.Response | httpx.TransportError | None = None
            while True:
                try:
                    step = steps.send(outcome)
                except StopIteration as done:
                    return self._checked(done.value)
                if isinstance(step, Transmit):
                    try:
                        outcome = super().send(step.request, *args, **kwargs)
                    except httpx.TransportError as error:
                        outcome = error
                else:
                    outcome = None
                    if step.answer is not None:
                        step.answer.close()
                    time.sleep(step.seconds)

        def _checked(self, answer: httpx.Response) -> httpx.Response:
            if self._raises and answer.is_error:
                answer.read()
                raise_for_status(answer)
            return answer

    return PrefectHttpxSyncClient


def http_client(api: str | ASGIApp, options: TransportOptions, given: HttpxSettings) -> httpx.Client:
    """A client for an address, or for an application that is answers in process."""
    url = api if isinstance(api, str) else None
    arguments = httpx_arguments(options, url, given)
    if not isinstance(api, str):
        arguments.setdefault("transport", SyncAppTransport(api))
    make: Callable[..., httpx.Client] = http_client_class()
    return make(enable_csrf_support=url is not None, options=options, **arguments)


class SyncSender:
    """Performs calls with an `httpx.Client`."""

    _client: httpx.Client

    def _perform(self, asked: Asked[T]) -> T:
        """The result of one call, or of an operation of several."""
        if isinstance(asked, Call):
            alone: T = self._send(asked)
            return alone
        steps = iter(asked)
        try:
            call = next(steps)
            while True:
                try:
                    result = self._send(call)
                except Exception as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(result)
        except StopIteration as done:
            value: T = done.value
            return value

    def _send(self, call: Call[T]) -> T:
        try:
            answer = self._client.request(call.method, call.path, **call.arguments(REPEATABLE))
        except status_error() as error:
            refusal = call.refusals.get(error.response.status_code)
            if refusal is None:
                raise
            raise refusal(http_exc=error) from error
        return call.read(answer)
