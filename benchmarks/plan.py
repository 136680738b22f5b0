"""What is measured: every scenario with its sizes, and every figure with its budget."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    Args:
        scenario: the scenario that gives it.
        label: the scenario's own name for it.
        what: what people read.
        unit: of the value.
        budget: ours must be at or under it, at or over it if `more_is_better`; None: only compared.
        more_is_better: True for throughput, False for times and sizes.
    """

    scenario: str
    label: str
    what: str
    unit: str
    budget: float | None = None
    more_is_better: bool = False

    def met(self, value: float) -> bool | None:
        """Whether a value keeps the budget; None where there is none."""
        if self.budget is None:
            return None
        return value >= self.budget if self.more_is_better else value <= self.budget

    def times_better(self, ours: float, theirs: float) -> float | None:
        """How many times better ours is, above 1 in favour of ours; None if one of them is nothing."""
        if ours <= 0 or theirs <= 0:
            return None
        return ours / theirs if self.more_is_better else theirs / ours


@dataclass(frozen=True)
class Scenario:
    """One program and how often it does its thing.

    Args:
        name: module below `benchmarks.scenarios`, or `import`, or one of `benchmarks.served`.
        count: units for Headrace at scale 1.
        peer_count: units for Prefect, fewer where it would take minutes; 0: not measured there.
        unscaled: the count is part of what is claimed and does not shrink with `--scale`.
        program: the module below `benchmarks.scenarios`, where it has another name: it runs with a server then.
    """

    name: str
    count: int = 1
    peer_count: int = 1
    unscaled: bool = False
    program: str | None = None


SCENARIOS = (
    Scenario("import", unscaled=True),
    Scenario("hello", unscaled=True),
    Scenario("sequential", 10_000, 500),
    Scenario("mapped", 10_000, 2_000),
    Scenario("gathered", 5_000, 500),
    Scenario("subflows", 1_000, 10),
    Scenario("logged", 100_000, 10_000),
    Scenario("replayed", 1_000, 0),
    Scenario("results", 20, 10),
    Scenario("server_start", unscaled=True),
    Scenario("server_sequential", 10_000, 300, program="sequential"),
    Scenario("server_mapped", 10_000, 1_000, program="mapped"),
    Scenario("server_subflows", 500, 5, program="subflows"),
    Scenario("server_logged", 100_000, 10_000, program="logged"),
    Scenario("server_load", 20_000, 500),
    Scenario("server_events", 200_000, 5_000),
    Scenario("server_lists", 1_000_000, 0),
    Scenario("server_lists_postgres", 1_000_000, 0),
)


def _listed(scenario: str, database: str) -> tuple[Figure, ...]:
    return (
        Figure(scenario, "filter", f"{database}: newest 200 runs of a filter, p95", "ms", 30),
        Figure(scenario, "filter, slowest", f"{database}: the same, the slowest filter, p95", "ms"),
        Figure(scenario, "dashboard", f"{database}: counts and histories, p95", "ms", 100),
        Figure(scenario, "dashboard, slowest", f"{database}: the same, the slowest, p95", "ms"),
    )


SIZES = ("1 KB", "100 KB", "1 MB", "10 MB")

FIGURES = (
    Figure("import", "import", "from prefect import flow, task, over bare Python", "ms", 80),
    Figure("hello", "process", "hello flow, whole process, fresh home", "s", 0.4),
    Figure("sequential", "per task", "one task, one after another", "ms", 0.10),
    Figure("mapped", "throughput", "map", "tasks/s", 8_000, more_is_better=True),
    Figure("mapped", "memory", "map, peak memory above baseline", "MB", 300),
    Figure("gathered", "throughput", "asyncio.gather", "tasks/s", more_is_better=True),
    Figure("subflows", "per call", "subflow call", "ms", 2),
    Figure("logged", "throughput", "log lines, until recorded", "lines/s", 30_000, more_is_better=True),
    Figure("replayed", "whole replay", "replay of a run of finished tasks", "s", 0.5),
    *(Figure("results", f"{size}, in memory", f"task to task, {size}", "ms") for size in SIZES),
    *(Figure("results", f"{size}, persisted", f"task to task, {size}, persisted", "ms") for size in SIZES),
    Figure("server_start", "start", "server: cold start until healthy", "s", 1),
    Figure("server_start", "memory", "server: memory when idle", "MB", 100),
    Figure("server_sequential", "per task", "server: one task, one after another", "ms", 0.15),
    Figure("server_mapped", "throughput, flow", "server: map", "tasks/s", 5_000, more_is_better=True),
    Figure("server_mapped", "recorded after", "server: map, recorded after its end", "s", 2),
    Figure("server_subflows", "per call", "server: subflow call", "ms"),
    Figure("server_logged", "throughput", "server: log lines, until recorded", "lines/s", more_is_better=True),
    Figure("server_load", "create", "server: flow runs made, 50 connections", "/s", 1_500, more_is_better=True),
    Figure("server_load", "set state", "server: states set, 50 connections", "/s", 1_500, more_is_better=True),
    Figure("server_load", "refused", "server: requests without success under that", "", 0),
    Figure("server_events", "throughput", "server: events, in batches", "/s", more_is_better=True),
    Figure("server_events", "growth", "server: memory for so many events", "MB", 10),
    *_listed("server_lists", "SQLite"),
    *_listed("server_lists_postgres", "PostgreSQL"),
)
