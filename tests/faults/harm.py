"""A proxy on loopback that does harm to some of the requests it carries, by a seeded chance."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from enum import StrEnum

from tests.faults.proxies import Proxy


class Fate(StrEnum):
    """What becomes of a request."""

    PASSED = "passed"
    LOST_ANSWER = "lost answer"
    """It is carried out, and the connection breaks in place of the answer."""

    UNAVAILABLE = "503"
    """It never arrives; the answer is 503."""

    RESET = "reset"
    """It never arrives; the connection breaks."""


class FaultyProxy(Proxy):
    """Carries requests one by one, and does harm to some of them by a seeded chance.

    Args:
        target: the port to carry to; of several, each connection gets the next one where somebody listens.
        share: of the requests, how many are harmed in each way, from 0 to 1.
        seed: makes the same chances come again.
        spared: beginnings of paths that nothing happens to.
    """

    def __init__(self, target: int, share: float, seed: int, spared: tuple[bytes, ...] = ()) -> None:
        super().__init__(target)
        self.server_port = target
        self.share = share
        self.spared = spared
        self.fates: Counter[Fate] = Counter()
        self.harmed: Counter[str] = Counter()
        """How often which requests were, by method and path."""

        self._chance = random.Random(seed)

    def __enter__(self) -> FaultyProxy:
        super().__enter__()
        return self

    def _fate(self, head: bytes) -> Fate:
        method, path = head.split(b" ", 2)[:2]
        drawn = self._chance.random()
        harms = (Fate.LOST_ANSWER, Fate.UNAVAILABLE, Fate.RESET)
        at = int(drawn / self.share) if self.share else len(harms)
        fate = harms[at] if at < len(harms) and not path.startswith(self.spared) else Fate.PASSED
        self.fates[fate] += 1
        if fate is not Fate.PASSED:
            self.harmed[f"{fate}: {method.decode()} {path.decode()[:80]}"] += 1
        return fate

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await _message(reader)) is not None:
                if not await self._answered(*request, writer):
                    writer.transport.abort()
                    return
        except (OSError, asyncio.IncompleteReadError):
            return  # one of the two has gone
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answered(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bool:
        """See to one request; False if its connection is to break."""
        fate = self._fate(head)
        if fate is Fate.RESET:
            return False
        if fate is Fate.UNAVAILABLE:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 0.1\r\n\r\n")
            await writer.drain()
            return True
        there, back = await asyncio.open_connection("127.0.0.1", self.server_port)
        try:
            back.write(re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)[:-2] + b"connection: close\r\n\r\n" + body)
            answer = await there.read(-1)
        finally:
            back.close()
        if fate is Fate.LOST_ANSWER:
            return False
        writer.write(answer)
        await writer.drain()
        writer.close()  # as the answer says
        return True


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Head and body of a request; None if there is none to come."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head, await reader.readexactly(int(length[1])) if length else b""
