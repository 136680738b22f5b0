"""Whether the server is there, ready, and of which version."""

from __future__ import annotations

import os

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import RETRY_AFTER
from prefect.server.http.routing import Role, Route
from prefect.wire.objects.status import API_VERSION, PREFECT_VERSION


def health(call: Call[None]) -> Answer:
    """The process answers."""
    return answers.json(True)


def ready(call: Call[None]) -> Answer:
    """The database answers too, and takes what is written; otherwise 503 with the cause."""
    problem = call.world.problem()
    if problem is None:
        return answers.json({"message": "OK"})
    return answers.json({"message": "Database is not available", "detail": problem}, 503, RETRY_AFTER)


def hello(call: Call[None]) -> Answer:
    """A greeting."""
    return answers.json("👋")


def version(call: Call[None]) -> Answer:
    """The version of the API."""
    return answers.json(API_VERSION)


def release(call: Call[None]) -> Answer:
    """The release of Prefect whose API is spoken here."""
    return answers.json(PREFECT_VERSION)


def pid(call: Call[None]) -> Answer:
    """The server's process."""
    return answers.json({"pid": os.getpid()})


ROUTES = (
    Route("GET", "/health", health, Role.PUBLIC, inline=True, returns=bool),
    Route("GET", "/ready", ready, Role.PUBLIC),
    Route("GET", "/hello", hello, inline=True, returns=str),
    Route("GET", "/version", version, inline=True, returns=str),
    Route("GET", "/admin/version", release, inline=True, returns=str),
    Route("GET", "/pid", pid),
)
