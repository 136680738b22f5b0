"""Slowing down who guesses: each wrong credential makes the next wait longer, and after some there is no answer but 429.

Who is slowed down is an address (of IPv6 a /64) and the account it tries. A credential that was right from that address
before is let through whatever others there do, so that a program with an old password does not lock out its neighbours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

V = TypeVar("V")

WINDOW = 60.0
"""Seconds after its last wrong try that whoever guessed is forgiven."""

MOST = 10
"""Wrong tries within that time, after which none is looked at."""

FIRST_DELAY, LONGEST_DELAY = 0.1, 2.0
MOST_KNOWN = 10_000


class Throttle:
    """Counts wrong tries by who makes them. Moments are seconds that only grow."""

    def __init__(self) -> None:
        self._tries: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()
        self._right: OrderedDict[Hashable, None] = OrderedDict()

    def wait(self, whos: Sequence[Hashable], now: float) -> float | None:
        """Count a try: seconds after which it may be answered if it is wrong, or None if it is not to be looked at."""
        counts = [self._count(who, now) for who in whos]
        most = max(counts, default=0)
        if most >= MOST:
            return None
        for who, count in zip(whos, counts, strict=True):
            _remember(self._tries, who, (count + 1, now))
        return min(FIRST_DELAY * 2.0**most, LONGEST_DELAY)

    def _count(self, who: Hashable, now: float) -> int:
        count, last = self._tries.get(who, (0, 0.0))
        return count if count and now - last < WINDOW else 0

    def seconds_left(self, whos: Sequence[Hashable], now: float) -> int:
        """Seconds until a try will be looked at again."""
        return max((int(self._tries[who][1] + WINDOW - now) + 1 for who in whos if who in self._tries), default=1)

    def right(self, whos: Sequence[Hashable], proof: Hashable) -> None:
        """A try was right: take it back, and let the same one through from now on."""
        for who in whos:
            count, last = self._tries.get(who, (0, 0.0))
            if count > 1:
                self._tries[who] = (count - 1, last)
            else:
                self._tries.pop(who, None)
        _remember(self._right, proof, None)

    def was_right(self, proof: Hashable) -> bool:
        """Whether that very try was right before."""
        return proof in self._right

    def wrong(self, proof: Hashable) -> None:
        """What was right once is so no more."""
        self._right.pop(proof, None)


def _remember(kept: OrderedDict[Hashable, V], key: Hashable, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST_KNOWN:
        kept.popitem(last=False)


def place_of(address: str | None) -> str:
    """The address that is counted: one person has a /64 of IPv6 to guess from."""
    if address is None:
        return ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
