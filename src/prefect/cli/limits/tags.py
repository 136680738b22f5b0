"""`prefect concurrency-limit`: limits on how many tasks with a tag run at once."""

from __future__ import annotations

import click

from prefect.cli.limits.shared import TAG, show_holders, tag_document
from prefect.cli.output import ago, fail, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, limit_option, output_option, positional
from prefect.cli.record import limits, now


@command("create")
@positional("tag")
@positional("concurrency-limit", click.IntRange(min=0))
def create(tag: str, concurrency_limit: int) -> None:
    """Let at most so many tasks with a tag run at once; an existing limit of the tag is changed."""
    limits().write(TAG, tag, concurrency_limit)
    say(f"Tasks with the tag {tag!r} are limited to {concurrency_limit} at once.")


@command("ls")
@limit_option(15, "limits")
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Skip so many.")
@output_option
def ls(limit: int, offset: int, as_json: bool) -> None:
    """List the limits of tags."""
    found = limits().page(TAG, limit, offset)
    if as_json:
        return show_json([tag_document(item) for item in found])
    rows = [(item["name"], item["id"], item["slots"], item["taken"]) for item in found]
    return show_table("Concurrency Limits", ("Tag", "ID", "Concurrency Limit", "Active Task Runs"), rows)


@command("inspect")
@positional("tag")
@output_option
def inspect(tag: str, as_json: bool) -> None:
    """Show the limit of a tag, and which task runs hold its slots."""
    found = limits().by_name(TAG, tag)
    if found is None:
        fail(f"No concurrency limit found for the tag: {tag}")
    if as_json:
        return show_json(tag_document(found))
    moment = now()
    show_facts([("Tag", tag), ("ID", found["id"]), ("Limit", found["slots"]), ("Taken", str(found["taken"])),
                ("Created", ago(found["created"], moment)), ("Updated", ago(found["updated"], moment))])  # fmt: skip
    return show_holders(found)


@command("reset")
@positional("tag")
def reset(tag: str) -> None:
    """Take every slot of a tag's limit away from who holds it."""
    if not limits().reset(TAG, tag):
        fail(f"No concurrency limit found for the tag: {tag}")
    say(f"Reset concurrency limit set on the tag: {tag}")


@command("delete")
@positional("tag")
def delete(tag: str) -> None:
    """Delete the limit of a tag."""
    if not limits().delete(TAG, tag):
        fail(f"No concurrency limit found for the tag: {tag}")
    say(f"Deleted concurrency limit set on the tag: {tag}")
