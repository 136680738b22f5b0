"""The API's description, for programs and for people: `/openapi.json` and `/docs`, with and without `/api` in front."""

from __future__ import annotations

from functools import lru_cache

from prefect.server import openapi, pages
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.routing import Role, Route
from prefect.storage.documents import Row


@lru_cache(maxsize=8)
def _described(routes: tuple[Route, ...], root: str) -> Row:
    return openapi.document(routes, root)


@lru_cache(maxsize=8)
def _encoded(routes: tuple[Route, ...], root: str) -> bytes:
    return answers.encode(_described(routes, root))


@lru_cache(maxsize=8)
def _page(routes: tuple[Route, ...], root: str) -> Answer:
    return pages.docs(_described(routes, root), root)


def document(call: Call[None]) -> Answer:
    """The OpenAPI document."""
    return Answer(200, _encoded(call.world.routes, call.head.root))


def page(call: Call[None]) -> Answer:
    """The same for people."""
    return _page(call.world.routes, call.head.root)


def asset(call: Call[None]) -> Answer:
    """What the pages are made of beside their text."""
    found = pages.asset(call.text("file"))
    if found is None:
        raise not_found("File")
    return found


ROUTES = (
    Route("GET", "/openapi.json", document, tags=("docs",)),
    Route("GET", "/docs", page, tags=("docs",)),
    Route("GET", "/docs/{file}", asset, Role.VIEWER, inline=True, tags=("docs",)),
)
