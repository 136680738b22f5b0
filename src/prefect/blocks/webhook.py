"""`Webhook`: calls a URL that is kept secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr

from prefect.blocks.core import Block
from prefect.blocks.fields import SecretDict
from prefect.blocks.posting import post
from prefect.engine.dispatch import dispatched
from prefect.utilities.twins import twin

if TYPE_CHECKING:
    from httpx import Response


def _call(self: Webhook, payload: dict[str, Any] | str | None = None) -> Response:
    """Call the URL, and return the answer, whatever its status.

    Args:
        payload: a mapping is sent as JSON, a text as it is.

    Raises ValueError for a private address that is not allowed.
    """
    body: dict[str, Any] = {"content": payload} if isinstance(payload, str) else {"json": payload}
    return post(
        self.url.get_secret_value(),
        self.method,
        private=self.allow_private_urls,
        verify=self.verify,
        headers=self.headers.get_secret_value(),
        **({} if payload is None else body),
    )


class Webhook(Block):
    """Calls a URL, with headers, both of which are secret.

    Attributes:
        method: of the request.
        url: what is called.
        headers: sent with each call.
        allow_private_urls: whether the URL may lead to a private address.
        verify: whether the server has to prove who it is.

    Example:
        ```python
        from prefect.blocks.webhook import Webhook

        Webhook(url="https://example.com/hook").call({"event": "done"})
        ```
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("POST", description="The method of the request.")
    url: SecretStr = Field(default=..., title="Webhook URL", description="The URL that is called.")
    headers: SecretDict = Field(
        default_factory=lambda: SecretDict({}), title="Webhook Headers", description="Headers of the request."
    )
    allow_private_urls: bool = Field(True, description="Whether the URL may lead to a private address.")
    verify: bool = Field(True, description="Whether the server has to prove who it is.")

    call = dispatched(_call)
    acall = twin(_call)
