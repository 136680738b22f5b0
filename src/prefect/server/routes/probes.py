"""Whether the server is there, ready, and of which version."""

from __future__ import annotations

import os

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Role, Route

API_VERSION = "0.8.4"
"""Version of the REST API that Prefect 3.8.8 speaks."""

PREFECT_VERSION = "3.8.8"
"""The release whose API this is; clients compare their own version with it."""


def health(call: Call[None]) -> Answer:
    """The process answers."""
    return answers.json(True)


def ready(call: Call[None]) -> Answer:
    """The database answers too."""
    call.world.store.read(lambda tx: tx.one("SELECT 1"))
    return answers.json({"message": "OK"})


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
