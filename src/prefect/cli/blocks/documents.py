"""`prefect block`: saved configuration and credentials, by type and name."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli.api import Json, api, existing, moment, path
from prefect.cli.blocks.types import read_type
from prefect.cli.output import compact, escape, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, output_option, positional
from prefect.connect import current_settings

_id = click.option("--id", "identity", type=click.UUID, help="The block of this id.")


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List blocks by type and name."""
    wanted = {"block_documents": {"is_anonymous": {"eq_": False}}, "include_secrets": False}
    found = sorted(api().pages("/block_documents/filter", wanted), key=slug_of)
    if as_json:
        return show_json(found)
    rows = [(each["id"], each["block_type"]["name"], each["name"], slug_of(each)) for each in found]
    return show_table("Blocks", ("ID", "Type", "Name", "Slug"), rows)


def slug_of(document: Json) -> str:
    """A block as people name it: `type/name`."""
    return f"{document['block_type']['slug']}/{document['name']}"


def read_block(slug: str | None, identity: UUID | None) -> Json:
    """The block `type/name` or of an id, its secrets masked; ends the command if there is none."""
    if (slug is None) == (identity is None):
        fail("Provide either a block's slug, type/name, or its --id.")
    if identity is not None:
        return existing(api().get(f"/block_documents/{identity}"), f"Block '{identity}' not found!")
    kind, slash, name = str(slug).partition("/")
    if not (kind and slash and name):
        fail(f"{slug!r} is not valid. Slug must contain a '/', e.g. 'json/my-json-block'")
    found = api().get(path("/block_types/slug/{}/block_documents/name/{}", kind, name))
    return existing(found, f"Block '{slug}' not found!")


@command("inspect")
@positional("slug", needed=False)
@_id
@output_option
def inspect(slug: str | None, identity: UUID | None, as_json: bool) -> None:
    """Show a block, named as type/name; secrets are masked."""
    found = read_block(slug, identity)
    if as_json:
        return show_json(found)
    data = [(f"  {escape(name)}", value if isinstance(value, str) else compact(value))
            for name, value in found["data"].items()]  # fmt: skip
    show_facts([("Block", slug_of(found)), ("ID", found["id"]), ("Type", found["block_type"]["name"]),
                ("Created", local(moment(found["created"]))), ("Updated", local(moment(found["updated"]))),
                *data])  # fmt: skip
    return None


@command("delete")
@positional("slug", needed=False)
@_id
@click.pass_context
def delete(context: click.Context, slug: str | None, identity: UUID | None) -> None:
    """Delete a block, named as type/name."""
    found = read_block(slug, identity)
    named = slug or str(identity)
    if not confirmed(context, f"Are you sure you want to delete block {named!r}?"):
        fail("Deletion aborted.")
    api().delete(f"/block_documents/{found['id']}")
    say(f"Deleted Block '{named}'.")


@command("create")
@positional("block-type-slug")
def create(block_type_slug: str) -> None:
    """Say where blocks of a type are made: on the server's pages, or in Python."""
    read_type(block_type_slug)
    settings = current_settings()
    place = (settings.ui_url or (settings.api.url or "").rstrip("/").removesuffix("/api")).rstrip("/")
    if place:
        return say(f"Create a {block_type_slug} block: {place}/blocks/catalog/{block_type_slug}/create")
    return say(f"Make a {block_type_slug} block in Python, with its class: Block(...).save('name')")
