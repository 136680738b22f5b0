"""`prefect experimental result-storage`: the block that a server has results stored in unless a flow says otherwise."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli.api import Refused, api
from prefect.cli.app import Room
from prefect.cli.blocks.documents import read_block, slug_of
from prefect.cli.output import fail, say, show_json
from prefect.cli.parameters import command, output_option, positional

PLACE, FIELD = "/admin/storage", "default_result_storage_block_id"

result_storage = Room(
    "result-storage",
    "Where results are stored unless a flow says otherwise.",
    {
        "set": ("blocks.result_storage:set_", "Have results stored in a block."),
        "inspect": ("blocks.result_storage:inspect", "The block in which they are stored."),
        "clear": ("blocks.result_storage:clear", "Have each client store them where its settings say."),
    },
)


@command("set")
@positional("block", needed=False)
@click.option("--id", "identity", type=click.UUID, help="The block of this id.")
def set_(block: str | None, identity: UUID | None) -> None:
    """Have results stored in a block, named as type/name."""
    if block is None and identity is None:
        fail("Must provide a block slug or id.")
    found = read_block(block, identity)
    try:
        api().put(PLACE, {FIELD: found["id"]})
    except Refused as error:
        fail(f"Results cannot be stored in {slug_of(found)!r}: {error.said}")
    say(f"Set default result storage to {slug_of(found)!r}.")


@command("inspect")
@output_option
def inspect(as_json: bool) -> None:
    """Show the block in which results are stored."""
    found = api().asked("GET", PLACE)
    if as_json:
        return show_json(found)
    if found[FIELD] is None:
        return say("No default result storage is configured.")
    return say(f"Results are stored in {slug_of(read_block(None, UUID(found[FIELD])))!r} ({found[FIELD]}).")


@command("clear")
def clear() -> None:
    """Have each client store results where its settings say."""
    api().delete(PLACE)
    say("Cleared default result storage.")
