"""`prefect work-queue`: the queues of a work pool, fetched in the order of their priority."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from prefect.cli.api import Json, Refused, any_of, api, existing, moment, path
from prefect.cli.output import fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option, positional
from prefect.cli.work.shared import marked, previewed, read_pool, show_runs, show_slots, shown_limit

C = TypeVar("C", bound=Callable[..., object])
DEFAULT_POOL = "default-agent-pool"
"""The pool of queues that were made without one."""


def pool_option(function: C) -> C:
    """`--pool`, the pool whose queue is meant."""
    option = click.option("--pool", "-p", help="The work pool it belongs to.")
    decorated: C = option(function)
    return decorated


def _read(name: str, pool: str | None) -> Json:
    """The queue; ends the command if there is none."""
    if pool is None:
        return existing(api().get(path("/work_queues/name/{}", name)), f"No work queue found: {name!r}")
    message = f"No work queue named {name!r} found in work pool {pool!r}."
    return existing(api().get(path("/work_pools/{}/queues/{}", pool, name)), message)


def _change(name: str, pool: str | None, message: str, **changes: object) -> None:
    queue = _read(name, pool)
    api().patch(f"/work_queues/{queue['id']}", changes)
    say(message)


def _within(pool: str | None) -> str:
    return "" if pool is None else f" in work pool {pool!r}"


@command("create")
@positional("name")
@click.option("--limit", "-l", type=click.IntRange(min=0), help="How many of its runs may run at once.")
@pool_option
@click.option("--priority", "-q", type=click.IntRange(min=1), help="1 is fetched first.")
def create(name: str, limit: int | None, pool: str | None, priority: int | None) -> None:
    """Make a work queue."""
    body = {"name": name, "concurrency_limit": limit, "priority": priority}
    if pool is not None:
        read_pool(pool)
    try:
        made = api().post("/work_queues/" if pool is None else path("/work_pools/{}/queues", pool), body)
    except Refused as error:
        if error.status == 409:
            fail(f"Work queue with name: {name!r} already exists.")
        raise
    say(f"Created work queue {name!r}{_within(pool)}")
    show_facts(
        [("UUID", made["id"]), ("Limit", shown_limit(made["concurrency_limit"])), ("Priority", made["priority"])]
    )


@command("ls")
@flag("verbose", "-v", help="Also the description and the filter.")
@click.option("--match", "-m", help="Queues whose name begins with this.")
@pool_option
@output_option
def ls(verbose: bool, match: str | None, pool: str | None, as_json: bool) -> None:
    """List work queues."""
    wanted = {"work_queues": {"name": {"startswith_": [match]}}} if match else {}
    if pool is not None:
        read_pool(pool)
    found = api().pages("/work_queues/filter" if pool is None else path("/work_pools/{}/queues/filter", pool), wanted)
    if as_json:
        return show_json(found)
    more = ["Description"] if verbose else []
    rows = [
        [marked(q["name"], q["is_paused"]), q["work_pool_name"], q["priority"], shown_limit(q["concurrency_limit"]),
         q["id"], *([q["description"]] if verbose else [])]
        for q in found
    ]  # fmt: skip
    return show_table("Work Queues", ["Name", "Pool", "Priority", "Concurrency Limit", "ID", *more], rows)


@command("inspect")
@positional("name")
@pool_option
@output_option
def inspect(name: str, pool: str | None, as_json: bool) -> None:
    """Show a work queue."""
    queue = _read(name, pool)
    if as_json:
        return show_json(queue)
    status = api().get(f"/work_queues/{queue['id']}/status") or {}
    return show_facts([
        ("Name", name), ("ID", queue["id"]), ("Pool", queue["work_pool_name"]), ("Priority", queue["priority"]),
        ("Status", queue["status"]), ("Healthy", "yes" if status.get("healthy") else "no"),
        ("Late runs", str(status.get("late_runs_count", ""))), ("Paused", "yes" if queue["is_paused"] else "no"),
        ("Limit", shown_limit(queue["concurrency_limit"])), ("Description", queue["description"]),
        ("Last polled", local(moment(queue["last_polled"]))), ("Created", local(moment(queue["created"]))),
    ])  # fmt: skip


@command("pause")
@positional("name")
@pool_option
@click.pass_context
def pause(context: click.Context, name: str, pool: str | None) -> None:
    """Have a queue give out no runs."""
    if pool is None and not confirmed(
        context, f"You have not specified a work pool. Pause {name!r} of {DEFAULT_POOL!r}?"
    ):
        fail("Work queue pause aborted!")
    _change(name, pool, f"Work queue {name!r}{_within(pool)} paused", is_paused=True)


@command("resume")
@positional("name")
@pool_option
def resume(name: str, pool: str | None) -> None:
    """Have a paused queue give out runs again."""
    _change(name, pool, f"Work queue {name!r}{_within(pool)} resumed", is_paused=False)


@command("set-concurrency-limit")
@positional("name")
@positional("limit", click.IntRange(min=0))
@pool_option
def set_concurrency_limit(name: str, limit: int, pool: str | None) -> None:
    """Limit how many of a queue's runs may run at once."""
    _change(
        name, pool, f"Concurrency limit of {limit} set on work queue {name!r}{_within(pool)}", concurrency_limit=limit
    )


@command("clear-concurrency-limit")
@positional("name")
@pool_option
def clear_concurrency_limit(name: str, pool: str | None) -> None:
    """Let any number of a queue's runs run at once."""
    _change(name, pool, f"Concurrency limits removed on work queue {name!r}{_within(pool)}", concurrency_limit=None)


@command("slots")
@positional("name")
@pool_option
@output_option
def slots(name: str, pool: str | None, as_json: bool) -> None:
    """Show which runs hold the slots of a queue."""
    queue = _read(name, pool)
    show_slots(f"Work queue {name!r}", api().post(f"/work_queues/{queue['id']}/concurrency_status"), as_json)


@command("preview")
@positional("name")
@click.option("--hours", "-h", type=click.IntRange(0, 87600), help="How many hours to look ahead; 1 by default.")
@pool_option
@output_option
def preview(name: str, hours: int | None, pool: str | None, as_json: bool) -> None:
    """List the runs of a queue that are due soon."""
    _show_runs(_read(name, pool), hours, as_json)


def _show_runs(queue: Json, hours: int | None, as_json: bool) -> None:
    runs = previewed(hours, work_pool_queues={"id": any_of([queue["id"]])})
    show_runs("Scheduled Runs", runs, as_json)


@command("read-runs")
@positional("name")
@pool_option
@output_option
def read_runs(name: str, pool: str | None, as_json: bool) -> None:
    """List the runs of a queue that are due; nothing is handed out by looking."""
    _show_runs(_read(name, pool), 0, as_json)


@command("delete")
@positional("name")
@pool_option
@click.pass_context
def delete(context: click.Context, name: str, pool: str | None) -> None:
    """Delete a work queue."""
    queue = _read(name, pool)
    if not confirmed(context, f"Are you sure you want to delete work queue with name {name!r}?"):
        fail("Deletion aborted.")
    api().delete(f"/work_queues/{queue['id']}")
    say(f"Successfully deleted work queue {name!r}{_within(pool)}")
