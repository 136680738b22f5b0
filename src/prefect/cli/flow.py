"""`prefect flow`."""

from __future__ import annotations

from prefect.cli.output import ago, show_json, show_table
from prefect.cli.parameters import command, limit_option, output_option
from prefect.cli.record import flows, now


@command("ls")
@limit_option(15, "flows")
@output_option
def ls(limit: int, as_json: bool) -> None:
    """List the flows that have been run, newest first."""
    found = flows().page(limit)
    if as_json:
        order = "id created updated name tags labels".split()
        return show_json([{key: flow[key] for key in order} for flow in found])
    moment = now()
    show_table("Flows", ("ID", "Name", "Created"), [(f["id"], f["name"], ago(f["created"], moment)) for f in found])
    return None
