"""How long requests took, by route and status: a few additions for each, read when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from time import perf_counter

from prefect.server.http.answers import Answer, Streamed
from prefect.server.http.calls import Head
from prefect.server.http.routing import Route

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, as Prometheus has its buckets."""


class Timing:
    """Durations in buckets."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> list[tuple[str, int]]:
        """How many were no longer than each bound, as Prometheus wants it."""
        names = [*(f"{bound:g}" for bound in BOUNDS), "+Inf"]
        return list(zip(names, accumulate(self.buckets), strict=True))


class Requests:
    """Counts the requests of one process; told of each answer in the event loop."""

    def __init__(self) -> None:
        self.timings: dict[tuple[str, str, int], Timing] = {}
        """By method, route and status."""

    def finish(self, head: Head, route: Route | None, reply: Answer | Streamed) -> None:
        """A finisher: note how long it took until the answer was made."""
        key = ("", "", reply.status) if route is None else (route.method, route.path, reply.status)
        timing = self.timings.get(key)
        if timing is None:
            timing = self.timings[key] = Timing()
        timing.add(perf_counter() - head.began)
