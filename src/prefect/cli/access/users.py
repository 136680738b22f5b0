"""`prefect server user`: people who may sign in to a server, and what they may do."""

from __future__ import annotations

import sys

import click

from prefect.cli.api import Json, api, existing, moment
from prefect.cli.app import Room
from prefect.cli.output import fail, local, say, show_json, show_table
from prefect.cli.parameters import command, confirmed, output_option, positional

ACCOUNTS = "/headrace/access/accounts"
ROLES = ("viewer", "runner", "editor", "admin")
PAGE = 200

users = Room(
    "user",
    "People who may sign in, and what they may do.",
    {
        "ls": ("access.users:ls", "All accounts."),
        "create": ("access.users:create", "Make an account."),
        "update": ("access.users:update", "Change a role or password, or close an account."),
        "delete": ("access.users:delete", "Delete an account with its keys and sessions."),
    },
)


def listed(place: str) -> list[Json]:
    """Everything that a list of the server's access holds."""
    found: list[Json] = []
    while True:
        page = api().asked("GET", place, params={"limit": PAGE, "offset": len(found)})
        found += page
        if len(page) < PAGE:
            return found


def account_of(name: str) -> Json:
    """The account of that name; ends the command if there is none."""
    own = (account for account in listed(ACCOUNTS) if account["name"] == name)
    return existing(next(own, None), f"User {name!r} not found!")


def _password(from_stdin: bool) -> str:
    """A password that stands neither in the command's arguments nor on the screen."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        fail("There is nobody to ask for the password: pipe it in, with --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List accounts by name."""
    found = listed(ACCOUNTS)
    if as_json:
        return show_json(found)
    rows = [(each["name"], each["role"], "" if each["active"] else "closed", local(moment(each["created"])), each["id"])
            for each in found]  # fmt: skip
    return show_table("Users", ("Name", "Role", "", "Created", "ID"), rows)


@command("create")
@positional("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True, help="What they may do.")
@_stdin
def create(name: str, role: str, password_stdin: bool) -> None:
    """Make an account; its password is asked for."""
    made = api().post(ACCOUNTS, {"name": name, "role": role, "password": _password(password_stdin)})
    say(f"Created user {made['name']!r} with role {made['role']}.")


@command("update")
@positional("name")
@click.option("--role", type=click.Choice(ROLES), help="What they may do from now on.")
@click.option("--password", "new_password", is_flag=True, help="Ask for a new password.")
@_stdin
@click.option("--open/--close", "active", default=None, help="Whether they may sign in.")
def update(name: str, role: str | None, new_password: bool, password_stdin: bool, active: bool | None) -> None:
    """Change an account; whoever uses it signs in anew."""
    account = account_of(name)
    secret = _password(password_stdin) if new_password or password_stdin else None
    changes = {"role": role, "password": secret, "active": active}
    given = {key: value for key, value in changes.items() if value is not None}
    if not given:
        fail("No update arguments provided.")
    api().patch(f"{ACCOUNTS}/{account['id']}", given)
    say(f"Updated user {name!r}.")


@command("delete")
@positional("name")
@click.pass_context
def delete(context: click.Context, name: str) -> None:
    """Delete an account with its keys and sessions."""
    account = account_of(name)
    if not confirmed(context, f"Are you sure you want to delete user {name!r}?"):
        fail("Deletion aborted.")
    api().delete(f"{ACCOUNTS}/{account['id']}")
    say(f"Deleted user {name!r}.")
