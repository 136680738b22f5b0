"""`prefect flow`."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.output import ago, fail, local, show_facts, show_json, show_table
from prefect.cli.parameters import command, limit_option, output_option, positional
from prefect.cli.record import flows, now

ORDER = "id created updated name tags labels".split()


@command("ls")
@limit_option(15, "flows")
@output_option
def ls(limit: int, as_json: bool) -> None:
    """List the flows that have been run, newest first."""
    found = flows().page(limit)
    if as_json:
        return show_json([{key: flow[key] for key in ORDER} for flow in found])
    moment = now()
    show_table("Flows", ("ID", "Name", "Created"), [(f["id"], f["name"], ago(f["created"], moment)) for f in found])
    return None


@command("inspect")
@positional("name-or-id")
@output_option
def inspect(name_or_id: str, as_json: bool) -> None:
    """Show a flow, by its name or id."""
    flow = flows().by_name(name_or_id)
    if flow is None and (identity := _id(name_or_id)) is not None:
        flow = flows().by_id(identity)
    if flow is None:
        fail(f"Flow {name_or_id!r} not found!")
    if as_json:
        return show_json({key: flow[key] for key in ORDER})
    tags = flow["tags"] if isinstance(flow["tags"], list) else []
    show_facts([("Flow", f"{flow['name']} ({flow['id']})"), ("Tags", ", ".join(map(str, tags))),
                ("Created", local(flow["created"])), ("Updated", local(flow["updated"]))])  # fmt: skip
    return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
