"""Saved searches."""

from __future__ import annotations

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.views.objects import saved_search_json
from prefect.storage.aggregates import saved_searches
from prefect.storage.keyed import saved_searches as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.keeping import SavedSearch, SavedSearchCreate
from prefect.wire.requests.objects import SavedSearchesFilterBody

MISSING = not_found("Saved search")


def write(call: Call[SavedSearchCreate]) -> Deciding[tuple[Json, bool]]:
    """Make a saved search, or replace the one of that name."""
    given, clock = call.body, call.world.clock
    filters = [condition.model_dump(mode="json") for condition in given.filters]
    return Deciding(
        lambda tx: stored.write(tx, clock.new_id(), given.name, filters, clock.now()),
        lambda made: answers.json(saved_search_json(made[0]), 201 if made[1] else 200),
    )


def read(call: Call[None]) -> Answer:
    """A saved search by id."""
    row = saved_searches.by_id(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(saved_search_json(row))


def page(call: Call[SavedSearchesFilterBody]) -> Answer:
    """All saved searches by name."""
    limit = limit_of(call, call.body.limit)
    rows = saved_searches.page(call.world.reading, limit, call.body.offset)
    return answers.json([saved_search_json(row) for row in rows])


def delete(call: Call[None]) -> Deciding[None]:
    """Remove a saved search."""
    search_id = call.id()

    def decision(tx: Transaction) -> None:
        if not stored.delete(tx, search_id):
            raise MISSING

    return Deciding(decision, lambda _: NO_CONTENT)


ROUTES = (
    Route("PUT", "/saved_searches/", write, Role.EDITOR, SavedSearchCreate, returns=SavedSearch, status=201,
          also=(200,), inline=True),
    Route("GET", "/saved_searches/{id}", read, returns=SavedSearch),
    Route("POST", "/saved_searches/filter", page, body=SavedSearchesFilterBody, body_required=False,
          returns=list[SavedSearch]),
    Route("DELETE", "/saved_searches/{id}", delete, Role.EDITOR, status=204, inline=True),
)  # fmt: skip
