"""What the routes of the web UI read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from prefect.wire.base import Body, JsonObject


class SchemaValidateBody(Body):
    """Values to check against a schema."""

    schema_: Annotated[JsonObject, Field(alias="schema")]
    values: JsonObject
