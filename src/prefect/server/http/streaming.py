"""Sending an answer piece by piece for as long as the other side is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from prefect.server.http.bodies import Receive

Send = Callable[[Any], Any]


async def send_pieces(send: Send, receive: Receive, pieces: AsyncIterator[bytes]) -> None:
    """Send pieces until there are no more, or nobody takes them; then the pieces' maker is closed."""
    sending = asyncio.ensure_future(_send_all(send, pieces))
    leaving = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


async def _send_all(send: Send, pieces: AsyncIterator[bytes]) -> None:
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
