"""What is sent again, after how long, and how a server's CSRF protection is met."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from prefect.client.exchange import REPEATABLE, Exchange, Transmit, Wait, retry_after
from prefect.client.transport import TransportOptions

API = "http://api/api"
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def build(method: str, path: str) -> httpx.Request:
    return httpx.Request(method, API + path)


def answer(status: int, headers: dict[str, str] | None = None, json: Any = None) -> httpx.Response:
    return httpx.Response(status, headers=headers, json=json)


def deliver(
    request: httpx.Request, outcomes: list[httpx.Response | httpx.TransportError], csrf: bool = False, **options: Any
) -> tuple[httpx.Response, list[httpx.Request], list[float]]:
    """The answer, the requests sent for it, and the waits between them."""
    steps = Exchange(TransportOptions(**options), build, csrf).deliver(request)
    sent: list[httpx.Request] = []
    waits: list[float] = []
    outcome: httpx.Response | httpx.TransportError | None = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            assert not outcomes, "the answer came before all outcomes were used"
            return done.value, sent, waits
        if isinstance(step, Transmit):
            sent.append(httpx.Request(step.request.method, step.request.url, headers=step.request.headers))
            outcome = outcomes.pop(0)
        else:
            assert isinstance(step, Wait)
            waits.append(step.seconds)
            outcome = None


# --- answers that ask to be asked again


@pytest.mark.parametrize("status", [408, 429, 502, 503])
def test_passing_answers_are_asked_again(status: int) -> None:
    got, sent, waits = deliver(build("POST", "/x"), [answer(status), answer(status), answer(200)])
    assert (got.status_code, len(sent), len(waits)) == (200, 3, 2)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 423, 500, 504])
def test_other_answers_are_final(status: int) -> None:
    got, sent, _ = deliver(build("GET", "/x"), [answer(status)])
    assert (got.status_code, len(sent)) == (status, 1)


def test_further_codes_can_be_named() -> None:
    got, sent, _ = deliver(build("GET", "/x"), [answer(504), answer(200)], retry_extra_codes=frozenset({504}))
    assert (got.status_code, len(sent)) == (200, 2)


def test_the_last_answer_is_the_answer() -> None:
    got, sent, _ = deliver(build("GET", "/x"), [answer(503) for _ in range(4)], max_retries=3)
    assert (got.status_code, len(sent)) == (503, 4)


def test_no_retries_means_none() -> None:
    got, sent, waits = deliver(build("GET", "/x"), [answer(503)], max_retries=0)
    assert (got.status_code, len(sent), waits) == (503, 1, [])


def test_pauses_double_and_spread() -> None:
    random.seed(1)
    _, _, waits = deliver(build("GET", "/x"), [*[answer(503) for _ in range(4)], answer(200)])
    for wait, seconds in zip(waits, (2, 4, 8, 16), strict=True):
        assert 0.8 * seconds <= wait <= 1.2 * seconds


def test_without_jitter_pauses_are_exact_and_bounded() -> None:
    outcomes = [*[answer(503) for _ in range(8)], answer(200)]
    _, _, waits = deliver(build("GET", "/x"), outcomes, max_retries=8, retry_jitter_factor=0.0)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_retry_after_is_never_undercut() -> None:
    _, _, waits = deliver(build("GET", "/x"), [answer(429, {"Retry-After": "7"}), answer(200)])
    assert 7 <= waits[0] <= 7 * 1.2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("1.5", 1.5),
        ("-3", 0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("Tue, 01 Jan 2030 00:00:09 GMT", 9),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


# --- connections that break


NEVER_SENT = [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
UNKNOWN_FATE = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("silent"),
    httpx.WriteError("broken"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
]


@pytest.mark.parametrize("error", NEVER_SENT, ids=repr)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_never_arrived_is_sent_again(method: str, error: httpx.TransportError) -> None:
    got, sent, waits = deliver(build(method, "/x"), [error, answer(200)])
    assert (got.status_code, len(sent)) == (200, 2)
    assert waits[0] < 1, "a kept connection that was closed meanwhile costs no seconds"


@pytest.mark.parametrize("error", UNKNOWN_FATE, ids=repr)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_may_be_done_twice_is_sent_again(method: str, error: httpx.TransportError) -> None:
    got, sent, _ = deliver(build(method, "/x"), [error, answer(200)])
    assert (got.status_code, len(sent)) == (200, 2)


@pytest.mark.parametrize("error", UNKNOWN_FATE, ids=repr)
def test_what_may_not_be_done_twice_is_not(error: httpx.TransportError) -> None:
    with pytest.raises(type(error)):
        deliver(build("POST", "/x"), [error])


@pytest.mark.parametrize("error", UNKNOWN_FATE, ids=repr)
def test_the_sender_may_say_that_it_may_be_done_twice(error: httpx.TransportError) -> None:
    request = httpx.Request("POST", API, extensions={REPEATABLE: True})
    got, sent, _ = deliver(request, [error, answer(201)])
    assert (got.status_code, len(sent)) == (201, 2)


def test_the_last_error_is_the_error() -> None:
    with pytest.raises(httpx.ConnectError, match="third"):
        deliver(build("GET", "/x"), [httpx.ConnectError(text) for text in ("first", "second", "third")], max_retries=2)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"),
        httpx.UnsupportedProtocol("no http:// there"),
        httpx.LocalProtocolError("a header with a line end"),
        httpx.ProxyError("407"),
    ],
    ids=repr,
)
def test_what_stays_wrong_is_not_tried_again(error: httpx.TransportError) -> None:
    with pytest.raises(type(error)):
        deliver(build("GET", "/x"), [error])


# --- CSRF protection


def token(text: str, lasts: timedelta = timedelta(hours=1)) -> httpx.Response:
    return answer(200, json={"token": text, "client": "c", "expiration": (datetime.now(UTC) + lasts).isoformat()})


def tokens(sent: list[httpx.Request]) -> list[str | None]:
    return [request.headers.get("Prefect-Csrf-Token") for request in sent]


def test_what_changes_something_carries_a_token() -> None:
    _, sent, _ = deliver(build("POST", "/x"), [token("a"), answer(200)], csrf=True)
    assert [request.url.path for request in sent] == ["/api/csrf-token", "/api/x"]
    assert tokens(sent) == [None, "a"]
    assert sent[1].headers["Prefect-Csrf-Client"] == sent[0].url.params["client"]


def test_what_reads_carries_none() -> None:
    _, sent, _ = deliver(build("GET", "/x"), [answer(200)], csrf=True)
    assert tokens(sent) == [None]


@pytest.mark.parametrize("disabled", [404, 422])
def test_a_server_without_protection_gets_none(disabled: int) -> None:
    off = answer(disabled, json={"detail": "CSRF protection is disabled."})
    _, sent, _ = deliver(build("POST", "/x"), [off, answer(200)], csrf=True)
    assert tokens(sent) == [None, None]


def test_a_refused_token_is_replaced_once() -> None:
    refused = answer(403, json={"detail": "Invalid CSRF token or client identifier."})
    got, sent, _ = deliver(build("POST", "/x"), [token("a"), refused, token("b"), answer(201)], csrf=True)
    assert got.status_code == 201
    assert tokens(sent) == [None, "a", None, "b"]


def test_a_refusal_for_another_reason_is_the_answer() -> None:
    got, _, _ = deliver(build("POST", "/x"), [token("a"), answer(403, json={"detail": "Forbidden"})], csrf=True)
    assert got.status_code == 403


def test_the_settings_may_forbid_tokens() -> None:
    _, sent, _ = deliver(build("POST", "/x"), [answer(200)], csrf=True, csrf_support=False)
    assert tokens(sent) == [None]


def sequence(csrf: list[httpx.Response], then: Callable[[], httpx.Response]) -> list[str | None]:
    """The tokens of two requests in a row on one exchange."""
    exchange = Exchange(TransportOptions(), build, True)
    sent: list[httpx.Request] = []
    for _ in range(2):
        steps, outcome = exchange.deliver(build("POST", "/x")), None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration:
                break
            assert isinstance(step, Transmit)
            sent.append(step.request)
            outcome = csrf.pop(0) if step.request.url.path.endswith("csrf-token") else then()
    return tokens([request for request in sent if request.url.path.endswith("/x")])


def test_a_token_is_kept() -> None:
    assert sequence([token("a")], lambda: answer(200)) == ["a", "a"]


def test_a_token_that_has_run_out_is_replaced() -> None:
    assert sequence([token("a", timedelta(0)), token("b")], lambda: answer(200)) == ["a", "b"]
