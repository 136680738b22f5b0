"""Errors as answers: every error names the value, the place and the mend, and none shows the server's inside.

Refusal            raised by handlers: a status and one sentence
InvalidRequest     a body, parameter or path that does not fit, with the place of each problem
PrefectException   ours from below, by the status its class hints at
anything else      500, logged with a reference that the answer carries
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from prefect.exceptions import PrefectException, StorageError
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Json

logger = logging.getLogger("prefect.server")

RETRY_AFTER = {"Retry-After": "1"}


class Refusal(Exception):
    """A request that is answered with an error: a status and one sentence."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


class InvalidRequest(Exception):
    """A request that cannot be understood: for each problem its type, place and message."""

    def __init__(self, problems: Sequence[Mapping[str, object]]) -> None:
        super().__init__(str(problems[0].get("msg")) if problems else "Invalid request received.")
        self.problems = problems


def not_found(what: str) -> Refusal:
    """404: there is no such thing."""
    return Refusal(404, f"{what} not found")


def invalid(place: Sequence[str | int], message: str, kind: str = "value_error") -> InvalidRequest:
    """422: one problem at one place, such as `("body", "limit")`."""
    return InvalidRequest([{"type": kind, "loc": list(place), "msg": message}])


MOST_PROBLEMS, LONGEST_NAME, LONGEST_DETAIL = 50, 100, 600
"""Problems that one answer lists, and characters that it shows of a field's name, and of a sentence."""


def problems_of(error: ValidationError, place: str = "body") -> InvalidRequest:
    """The problems that pydantic found, without the values it found them in."""
    listed = error.errors(include_url=False, include_input=False, include_context=False)[:MOST_PROBLEMS]
    return InvalidRequest([{**problem, "loc": [place, *map(_shortened, problem["loc"])]} for problem in listed])


def _shortened(part: int | str) -> int | str:
    return part[:LONGEST_NAME] if isinstance(part, str) else part


def answer_to(error: Exception) -> Answer:
    """The answer that an error amounts to."""
    if isinstance(error, Refusal):
        return answers.json({"detail": _cut(error.detail)}, error.status, error.headers)
    if isinstance(error, InvalidRequest):
        return _invalid_answer(error.problems)
    if isinstance(error, StorageError) and error.status >= 500:
        return answers.json({"detail": str(error)}, error.status, RETRY_AFTER)
    if isinstance(error, PrefectException) and error.status != PrefectException.status:
        return answers.json({"detail": _cut(str(error))}, error.status)
    return _unexpected(error)


def _cut(detail: str) -> str:
    """A sentence that names something does not grow with the name."""
    return detail if len(detail) <= LONGEST_DETAIL else detail[: LONGEST_DETAIL - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _invalid_answer(problems: Sequence[Mapping[str, object]]) -> Answer:
    content: Json = {
        "exception_message": "Invalid request received.",
        "exception_detail": list(problems),
        "request_body": None,
    }
    return answers.json(content, 422)


def _unexpected(error: Exception) -> Answer:
    logger.error("A request failed for a reason of our own: %r", error, exc_info=error)
    return answers.json({"exception_message": "Internal Server Error"}, 500)
