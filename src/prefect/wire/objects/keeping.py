"""What the server keeps for its clients: saved searches, tokens, defaults."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from prefect.wire.base import Json, Moment, Record, Request, Shape, Text


class SavedSearchFilter(Shape):
    """A condition of a saved search."""

    object: Text
    property: Text
    type: Text
    operation: Text
    value: Json


class SavedSearch(Record):
    """A search that people saved."""

    name: Text
    filters: list[SavedSearchFilter] = Field(default_factory=list)


class SavedSearchCreate(Request):
    """A search to be saved."""

    name: Text
    filters: list[SavedSearchFilter] = Field(default_factory=list)


class CsrfToken(Record):
    """A token that a browser session proves itself with."""

    token: Text
    client: Text
    expiration: Moment


class ServerDefaultResultStorage(Shape):
    """The block that results are stored in unless a flow says otherwise."""

    default_result_storage_block_id: UUID | None = None


class ServerDefaultResultStorageUpdate(Shape):
    """The block that results are to be stored in."""

    default_result_storage_block_id: UUID
