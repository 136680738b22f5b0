"""`Secret`: one value that is encrypted where it is kept."""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar

from pydantic import Field, JsonValue, SecretStr, TypeAdapter, field_validator
from pydantic import Secret as PydanticSecret

from prefect.blocks.core import Block

T = TypeVar("T")
JSON: TypeAdapter[Any] = TypeAdapter(JsonValue)


class Secret(Block, Generic[T]):
    """A value that only those see who ask for it: a text, or anything that JSON can say.

    Attributes:
        value: what is secret.

    Example:
        ```python
        from prefect.blocks.system import Secret

        Secret(value="sk-1234567890").save("my-key")
        Secret.load("my-key").get()
        ```
    """

    value: SecretStr | PydanticSecret[T] = Field(
        default=..., description="What is secret.", json_schema_extra={"writeOnly": True, "format": "password"}
    )

    @field_validator("value", mode="before")
    @classmethod
    def validate_value(cls, value: T | SecretStr | PydanticSecret[T]) -> SecretStr | PydanticSecret[T]:
        """Plain values become secret ones."""
        if isinstance(value, (SecretStr, PydanticSecret)):
            return value
        return PydanticSecret[Any](JSON.validate_python(value, strict=True))

    def get(self) -> Any:
        """The value in plain text; a text in JSON is taken for what it says."""
        value = self.value.get_secret_value()
        return _parsed(value) if isinstance(value, str) else value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
