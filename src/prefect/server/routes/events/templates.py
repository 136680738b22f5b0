"""Checking templates."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Role, Route
from prefect.server.templates import LARGEST, problem_of

Template = Annotated[str, BeforeValidator(lambda given: "" if given == {} else given)]
"""A template; a request without a body has an empty one."""


def validate(call: Call[str]) -> Answer:
    """Nothing for a template that can be read; what is wrong, and where, for another."""
    problem = problem_of(call.body)
    if problem is None:
        return NO_CONTENT
    error = {"line": problem.line, "message": problem.message, "source": call.body[:LARGEST]}
    return answers.json({"error": error}, 422)


ROUTES = (
    Route("POST", "/templates/validate", validate, Role.VIEWER, Template, body_required=False),
    Route("POST", "/automations/templates/validate", validate, Role.VIEWER, Template, body_required=False),
)
