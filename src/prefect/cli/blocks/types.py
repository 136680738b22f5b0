"""`prefect block type`: kinds of blocks that a server knows."""

from __future__ import annotations

import click

from prefect.cli.api import Json, Refused, any_of, api, existing, path
from prefect.cli.app import Room
from prefect.cli.output import compact, fail, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, output_option, positional

kinds = Room(
    "type",
    "Types of blocks.",
    {
        "ls": ("blocks.types:ls", "All types."),
        "inspect": ("blocks.types:inspect", "A type, and what blocks of it hold."),
        "delete": ("blocks.types:delete", "Delete a type with its blocks."),
    },
)


def read_type(slug: str, word: str = "Block type") -> Json:
    """The type of that slug; ends the command if there is none."""
    return existing(api().get(path("/block_types/slug/{}", slug)), f"{word} {slug!r} not found!")


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List the types of blocks by slug."""
    found = sorted(api().pages("/block_types/filter", {}), key=lambda each: str(each["slug"]))
    if as_json:
        return show_json(found)
    return show_table("Block Types", ("Slug", "Name", "Description"),
                      [(each["slug"], each["name"], each["description"]) for each in found])  # fmt: skip


@command("inspect")
@positional("slug")
@output_option
def inspect(slug: str, as_json: bool) -> None:
    """Show a type of blocks, and the fields of its newest schema."""
    kind = read_type(slug)
    schemas = api().pages("/block_schemas/filter", {"block_schemas": {"block_type_id": any_of([kind["id"]])}}, 1)
    if as_json:
        return show_json({**kind, "schema": schemas[0]["fields"] if schemas else None})
    show_facts([("Name", kind["name"]), ("Slug", kind["slug"]), ("Block Type id", kind["id"]),
                ("Description", kind["description"]), ("Documentation", kind["documentation_url"]),
                ("Protected", "yes" if kind["is_protected"] else "no")])  # fmt: skip
    if schemas:
        _show_fields(schemas[0]["fields"])
    return None


def _show_fields(fields: Json) -> None:
    needed = fields.get("required") or []
    rows = [
        (name, "yes" if name in needed else "", field.get("type") or field.get("$ref") or "", field.get("description"),
         "" if "default" not in field else compact(field["default"]))
        for name, field in (fields.get("properties") or {}).items()
    ]  # fmt: skip
    show_table("Schema Properties", ("Name", "Needed", "Type", "Description", "Default"), rows)


@command("delete")
@positional("slug")
@click.pass_context
def delete(context: click.Context, slug: str) -> None:
    """Delete a type of blocks, with every block of it."""
    kind = read_type(slug, "Block Type")
    if not confirmed(context, f"Are you sure you want to delete block type {slug!r}?"):
        fail("Deletion aborted.")
    try:
        api().delete(f"/block_types/{kind['id']}")
    except Refused as error:
        if error.status == 403:
            fail(f"Block Type {slug!r} is a protected block type that cannot be deleted.")
        raise
    say(f"Deleted Block Type {slug!r}.")
