"""Checking templates."""

from __future__ import annotations

from typing import Any

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Role, Route
from prefect.server.templates import LARGEST, problem_of


def validate(call: Call[Any]) -> Answer:
    """Nothing for a template that can be read; what is wrong, and where, for another."""
    template = call.body if isinstance(call.body, str) else ""
    problem = problem_of(template)
    if problem is None:
        return NO_CONTENT
    error = {"line": problem.line, "message": problem.message, "source": template[:LARGEST]}
    return answers.json({"error": error}, 422)


ROUTES = (
    Route("POST", "/templates/validate", validate, Role.VIEWER, str, body_required=False),
    Route("POST", "/automations/templates/validate", validate, Role.VIEWER, str, body_required=False),
)
