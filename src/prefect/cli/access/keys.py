"""`prefect server key`: keys by which programs speak to a server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import click

from prefect.cli.access.users import ROLES, account_of, listed
from prefect.cli.api import Json, api, moment
from prefect.cli.app import Room
from prefect.cli.output import ago, fail, local, say, show_json, show_table
from prefect.cli.parameters import command, confirmed, many, output_option, positional
from prefect.cli.record import now

KEYS = "/headrace/access/keys"

keys = Room(
    "key",
    "Keys by which programs speak to the server.",
    {
        "ls": ("access.keys:ls", "All keys, without what opens."),
        "create": ("access.keys:create", "Make a key; it is shown once."),
        "revoke": ("access.keys:revoke", "Have a key open nothing any more."),
    },
)


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List keys, newest first."""
    found = listed(KEYS)
    if as_json:
        return show_json(found)
    present = now()
    rows = [(each["prefix"], each["name"], each["role"], each["owner"], _standing(each, present),
             ago(moment(each["last_used"]), present) or "never", each["id"]) for each in found]  # fmt: skip
    return show_table("Keys", ("Key", "Name", "Role", "Owner", "Until", "Last used", "ID"), rows)


def _standing(key: Json, present: datetime) -> str:
    if key["revoked"] is not None:
        return "revoked"
    expires = moment(key["expires"])
    return "" if expires is None else "expired" if expires <= present else local(expires)


@command("create")
@positional("name")
@click.option("--role", type=click.Choice(ROLES), default="runner", show_default=True, help="What it may do.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Days until it expires; never if left out.")
@click.option("--user", help="Whose it is: it ends with their account.")
@click.option("--flow-run", type=click.UUID, help="The one flow run that it may report, with its subflow runs.")
@many("block", help="A block, type/name, whose secrets it may read all the same; may be repeated.")
@output_option
def create(
    name: str,
    role: str,
    days: float | None,
    user: str | None,
    flow_run: UUID | None,
    block: Sequence[str],
    as_json: bool,
) -> None:
    """Make a key. It is shown now, and never again."""
    scopes = {"flow_run": None if flow_run is None else str(flow_run), "blocks": list(block) or None}
    body: Json = {"name": name, "role": role, "scopes": {key: value for key, value in scopes.items() if value}}
    if days is not None:
        body["expires"] = (now() + timedelta(days=days)).isoformat()
    if user is not None:
        body["account_id"] = account_of(user)["id"]
    made = api().post(KEYS, body)
    if as_json:
        return show_json(made)
    click.echo(f"Created key {name!r} with role {role}. Keep it well, it is not shown again:", err=True)
    return say(made["key"])


@command("revoke")
@positional("key")
@click.pass_context
def revoke(context: click.Context, key: str) -> None:
    """Have a key open nothing any more: given by its id, its name, or what it begins with."""
    found = [
        each for each in listed(KEYS) if each["revoked"] is None and key in (each["id"], each["name"], each["prefix"])
    ]
    if not found:
        fail(f"Key {key!r} not found!")
    if len(found) > 1:
        fail(f"Several keys are named {key!r}; revoke one by its id: {', '.join(each['id'] for each in found)}")
    if not confirmed(context, f"Are you sure you want to revoke key {found[0]['name']!r}?"):
        fail("Revocation aborted.")
    api().delete(f"{KEYS}/{found[0]['id']}")
    say(f"Revoked key {found[0]['name']!r}.")
