"""One request and its answer, whatever it takes: CSRF tokens, waiting, trying again. Decided here, performed elsewhere.

`Exchange.deliver` is a generator of steps, `Transmit` and `Wait`, that two short senders perform, one per colour
(`sync.py`, `aio.py`). What is sent again:

- an answer that asks for it (408, 429, 502, 503 and `retry_extra_codes`);
- a request that never reached the server;
- one whose fate is unknown, since the connection broke or went silent, if doing it twice is the same as doing it once:
  by its method, or because the sender says so (`REPEATABLE` among its extensions), as it does for requests that only
  read and for those that carry an id made by the client.

The pause doubles each time and is spread by chance; an answer's Retry-After is obeyed, and never undercut.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeAlias, TypeGuard
from uuid import uuid4

from prefect.client.errors import raise_for_status
from prefect.client.transport import TransportOptions
from prefect.utilities.records import record

if TYPE_CHECKING:
    import httpx

REPEATABLE = "prefect.repeatable"
"""Name of the request extension that says whether doing it twice is the same as doing it once."""

RETRY_CODES = frozenset({408, 429, 502, 503})
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})  # PATCH sets fields in this API
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_RECONNECT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 60.0

logger = logging.getLogger("prefect.client")


@record
class Transmit:
    """Send the request; the answer, or the error of the transport, is what the generator is sent."""

    request: httpx.Request


@record
class Wait:
    """Let go of what was answered, and come back later."""

    seconds: float
    answer: httpx.Response | None


Outcome: TypeAlias = "httpx.Response | httpx.TransportError"
Steps: TypeAlias = "Generator[Transmit | Wait, Outcome | None, httpx.Response]"


class Exchange:
    """What the requests of one client have in common.

    `build` makes a request from a method and a path below the API's address.
    """

    def __init__(
        self, options: TransportOptions, build: Callable[[str, str], httpx.Request], csrf_support: bool = True
    ) -> None:
        self._options = options
        self._codes = RETRY_CODES | options.retry_extra_codes
        self._build = build
        self._csrf = Csrf() if csrf_support and options.csrf_support else None

    def deliver(self, request: httpx.Request) -> Steps:
        """The answer to a request, of any status. Raises the transport's error if there is none to be had."""
        if self._csrf is None or request.method in SAFE_METHODS:
            return (yield from self._persist(request))
        yield from self._obtain_token(self._csrf)
        self._csrf.sign(request)
        answer = yield from self._persist(request)
        if answer.status_code == 403 and self._csrf.is_refused(request, answer):
            self._csrf.token = None
            yield Wait(0, answer)
            yield from self._obtain_token(self._csrf)
            self._csrf.sign(request)
            answer = yield from self._persist(request)
        return answer

    def _persist(self, request: httpx.Request) -> Steps:
        for attempt in range(1, self._options.max_retries + 1):
            outcome = yield Transmit(request)
            if not self._is_passing(request, outcome):
                break
            seconds = self._pause(attempt, outcome)
            logger.debug("%s %s: %s. Again in %.1f s.", request.method, request.url, _words(outcome), seconds)
            yield Wait(seconds, outcome if _is_answer(outcome) else None)
        else:
            outcome = yield Transmit(request)
        if _is_answer(outcome):
            return outcome
        assert isinstance(outcome, Exception)
        raise outcome

    def _is_passing(self, request: httpx.Request, outcome: Outcome | None) -> bool:
        """Whether trying again may help, and does no harm."""
        import httpx

        if isinstance(outcome, httpx.Response):
            return outcome.status_code in self._codes
        if isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
            return "CERTIFICATE_VERIFY_FAILED" not in str(outcome)
        if isinstance(outcome, httpx.TimeoutException | httpx.NetworkError | httpx.RemoteProtocolError):
            return bool(request.extensions.get(REPEATABLE, request.method in REPEATABLE_METHODS))
        return False

    def _pause(self, attempt: int, outcome: Outcome | None) -> float:
        share = self._options.retry_jitter_factor
        if _is_answer(outcome):
            wanted = retry_after(outcome.headers.get("Retry-After"), datetime.now(UTC))
            if wanted is not None:
                return wanted * random.uniform(1, 1 + share)
            seconds = 2.0**attempt
        else:  # a kept connection that the server closed meanwhile is the most common cause, and mended at once
            seconds = FIRST_RECONNECT_SECONDS if attempt == 1 else 2.0 ** (attempt - 1)
        return min(seconds, LONGEST_WAIT_SECONDS) * max(0.0, random.uniform(1 - share, 1 + share))

    def _obtain_token(self, csrf: Csrf) -> Generator[Transmit | Wait, Outcome | None, None]:
        if csrf.is_ready(datetime.now(UTC)):
            return
        request = self._build("GET", f"/csrf-token?client={csrf.client}")
        answer = yield from self._persist(request)
        csrf.read(answer)


class Csrf:
    """The token that a server with CSRF protection wants with each request that changes something."""

    def __init__(self) -> None:
        self.client = str(uuid4())
        self.token: str | None = None
        self.expiration = datetime.max.replace(tzinfo=UTC)
        self.wanted = True

    def is_ready(self, now: datetime) -> bool:
        """Whether a request may be signed now, or need not be."""
        return not self.wanted or (self.token is not None and now < self.expiration)

    def read(self, answer: httpx.Response) -> None:
        """Take the token; a server without the route, or with the protection off (422), wants none.

        Raises PrefectHTTPStatusError if the server refuses it for another reason.
        """
        if answer.status_code in (404, 422):
            self.wanted = False
            return
        raise_for_status(answer)
        given = answer.json()
        self.token = str(given["token"])
        self.expiration = datetime.fromisoformat(given["expiration"])

    def sign(self, request: httpx.Request) -> None:
        """Put the token into the request's headers."""
        if self.token is not None:
            request.headers["Prefect-Csrf-Token"] = self.token
            request.headers["Prefect-Csrf-Client"] = self.client

    def is_refused(self, request: httpx.Request, answer: httpx.Response) -> bool:
        """Whether the server wants another token than it got."""
        if not self.wanted:  # it was started anew, with the protection on
            self.wanted = "CSRF" in _text(answer)
            return self.wanted
        return "CSRF" in _text(answer)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None if it says nothing usable."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None


def _is_answer(outcome: Outcome | None) -> TypeGuard[httpx.Response]:
    return outcome is not None and not isinstance(outcome, Exception)


def _text(answer: httpx.Response) -> str:
    return answer.text if answer.is_stream_consumed or answer.is_closed else ""


def _words(outcome: Outcome | None) -> str:
    return f"answered {outcome.status_code}" if _is_answer(outcome) else repr(outcome)
