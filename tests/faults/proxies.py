"""A proxy on loopback that can be cut like a cable, and that lets no WebSocket through."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence

UPGRADE = b"upgrade: websocket"


class Proxy:
    """Carries connections from a port of its own to another, in a thread of its own.

    Args:
        target: the port to carry to; of several, each connection gets the next one where somebody listens.
        websockets: whether requests to upgrade are let through; else they are answered with 403.
    """

    def __init__(self, target: int | Sequence[int], websockets: bool = True) -> None:
        self.targets = [target] if isinstance(target, int) else list(target)
        self.websockets = websockets
        self.port = 0
        self.refused_upgrades = 0
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """End every connection, and accept no new one."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()

    def mend(self) -> None:
        """Accept connections again."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            first = await reader.read(65536)
            if not self.websockets and UPGRADE in first.lower():
                self.refused_upgrades += 1
                writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                await writer.drain()
                return
            there, back = await self._reach()
            self._open.add(back)
            back.write(first)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except OSError:
            return  # the target is away, or the cable was cut
        finally:
            for end in (writer, *(other for other in self._open if other.is_closing())):
                self._open.discard(end)
            writer.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the next target. Raises OSError if nobody listens at any."""
        for _ in self.targets[1:]:
            self.targets.append(self.targets.pop(0))
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self.targets[0])
        self.targets.append(self.targets.pop(0))
        return await asyncio.open_connection("127.0.0.1", self.targets[0])


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()
