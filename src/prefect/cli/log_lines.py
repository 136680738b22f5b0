"""Log lines for people and programs, and which of them are wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import click

from prefect.cli import documents
from prefect.cli.output import escape, fail, local, show_json
from prefect.cli.parameters import flag
from prefect.cli.record import Record, logs, task_runs

DEFAULT_COUNT = 20


@dataclass(frozen=True, slots=True)
class Slice:
    """Which lines are wanted: all, the first or the last so many; and from which end they are shown."""

    head: bool = False
    tail: bool = False
    count: int | None = None
    reverse: bool = False

    def of(self, flow_run_id: UUID | None = None, task_run_id: UUID | None = None) -> list[Record]:
        """The lines, in the order in which they are to be shown."""
        limited = self.head or self.tail or self.count is not None
        limit = (DEFAULT_COUNT if self.count is None else self.count) if limited else None
        from_end = self.tail or (self.reverse and not self.head)
        lines = logs().page(flow_run_id, task_run_id, limit, from_end)
        return lines[::-1] if from_end != self.reverse else lines


def slice_options(function: Callable[..., object]) -> Callable[..., object]:
    """`--head`, `--tail`, `--num-logs` and `--reverse`, as the parameter `wanted`."""

    @flag("head", "-h", help=f"The first {DEFAULT_COUNT} lines instead of all.")
    @click.option("--num-logs", "-n", type=click.IntRange(min=0), help="How many lines, of the first or the last.")
    @flag("reverse", "-r", help="The newest line first.")
    @flag("tail", "-t", help=f"The last {DEFAULT_COUNT} lines instead of all.")
    @wraps(function)
    def with_slice(head: bool, num_logs: int | None, reverse: bool, tail: bool, **rest: Any) -> object:
        if head and tail:
            fail("Please provide either a `head` or `tail` option but not both.")
        return function(wanted=Slice(head, tail, num_logs, reverse), **rest)

    return with_slice


def named_runs(flow_run: Record) -> Callable[[Record], str]:
    """A function that says whose a line is: `Flow run 'x'` or `Task run 'y'`."""
    names: dict[UUID | None, str] = {None: f"Flow run '{flow_run['name']}'"}

    def whose(line: Record) -> str:
        task_run_id = line["task_run_id"]
        known = task_run_id if isinstance(task_run_id, UUID) else None
        if known not in names and known is not None:
            task_run = task_runs().by_id(known)
            names[known] = f"Task run '{task_run['name'] if task_run else known}'"
        return names[known]

    return whose


def show_lines(lines: list[Record], whose: Callable[[Record], str], as_json: bool) -> None:
    """Print log lines."""
    if as_json:
        return show_json([documents.log(line) for line in lines])
    for line in lines:
        level = logging.getLevelName(int(str(line["level"])))
        text = (
            f"{local(line['timestamp'])} | {level:<7} | {escape(whose(line))} - {escape(line['message'], lines=True)}"
        )
        click.echo(text.replace("\n", "\n    "))
    return None
