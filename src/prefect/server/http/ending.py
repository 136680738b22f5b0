"""The end of a server: what would stay open for ever is let go first, then requests are answered to their end."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn


class EndingServer(uvicorn.Server):
    """uvicorn's server, which says that it ends before it waits for connections to be done.

    Args:
        on_ending: lets go of answers that have no end of their own.
    """

    def __init__(self, config: uvicorn.Config, on_ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ending = on_ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._on_ending()
        await super().shutdown(sockets)
