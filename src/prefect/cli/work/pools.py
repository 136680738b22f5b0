"""`prefect work-pool`: where deployments send their runs, and workers fetch them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from prefect.cli.api import Json, Refused, any_of, api, existing, json_option, moment, path
from prefect.cli.output import compact, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option, positional
from prefect.cli.work.shared import marked, previewed, read_pool, show_runs, show_slots, shown_limit

TYPES = "/collections/views/aggregate-worker-metadata"


def _change(name: str, message: str, **changes: object) -> None:
    read_pool(name)
    api().patch(path("/work_pools/{}", name), changes)
    say(message)


def templates() -> dict[str, Json]:
    """The base job template of each type of work pool that the server knows."""
    collections = (api().get(TYPES) or {}).values()
    known = {kind: worker for workers in collections for kind, worker in workers.items()}
    return {kind: worker.get("default_base_job_configuration") or {} for kind, worker in known.items()}


def template_of(kind: str) -> Json:
    """The base job template of a type; ends the command if the server knows none of that name."""
    known = templates()
    if kind not in known:
        fail(f"Unknown work pool type {kind!r}. Please choose from {', '.join(sorted(known))}.")
    return known[kind]


def _template_in(file: Path) -> Json:
    try:
        found = json_option(file.read_text(encoding="utf-8"), repr(str(file)))
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{str(file)!r} cannot be read: {error}")
    if not isinstance(found, dict):
        fail(f"{str(file)!r} holds no base job template, which is a JSON object.")
    return found


@command("create")
@positional("name")
@click.option("--base-job-template", type=click.Path(path_type=Path, dir_okay=False), help="A JSON file with it.")
@flag("paused", help="Make it paused.")
@click.option("--type", "-t", "kind", help="How runs are executed, such as process.")
@flag(
    "set-as-default",
    help="Use it for deployments that name none: PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME of the profile.",
)
@flag("overwrite", help="Change the pool of that name if there is one.")
def create(
    name: str, base_job_template: Path | None, paused: bool, kind: str | None, set_as_default: bool, overwrite: bool
) -> None:
    """Make a work pool."""
    known = api().get(path("/work_pools/{}", name))
    if known is not None and not overwrite:
        fail(f"Work pool named {name!r} already exists. Use --overwrite to update it.")
    template = _template_in(base_job_template) if base_job_template else None
    if known is not None:
        changes = {"is_paused": paused} | ({} if template is None else {"base_job_template": template})
        _change(name, f"Updated work pool {name!r}", **changes)
    else:
        made = kind or _asked_type()
        chosen = template_of(made) if template is None else template
        body = {"name": name, "type": made, "is_paused": paused, "base_job_template": chosen}
        pool = api().post("/work_pools/", body)
        say(f"Created work pool {name!r}!\n\nTo start a worker for this work pool, run:\n")
        say(f"\tprefect worker start --pool {name}\n")
        show_facts([("UUID", pool["id"]), ("Type", pool["type"]), ("Status", pool.get("status"))])
    if set_as_default:
        _set_as_default(name)


def _asked_type() -> str:
    if not sys.stdin.isatty():
        fail("When not using an interactive terminal, you must supply a `--type` value.")
    return str(click.prompt("Type", type=click.Choice(sorted(templates()))))


def _set_as_default(name: str) -> None:
    from_settings = click.get_current_context().find_root().obj
    from_settings("settings:update_current_profile")({"PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME": name})
    say(f"Set {name!r} as default work pool for this profile.")


@command("ls")
@flag("verbose", "-v", help="Also the base job template and the description.")
@output_option
def ls(verbose: bool, as_json: bool) -> None:
    """List the work pools, newest first."""
    pools = api().pages("/work_pools/filter", {})
    pools.sort(key=lambda pool: str(pool["created"]), reverse=True)
    if as_json:
        return show_json(pools)
    columns = ["Name", "Type", "ID", "Concurrency Limit", *(["Description", "Base Job Template"] if verbose else [])]
    rows = []
    for pool in pools:
        more = [pool["description"], compact(pool["base_job_template"])] if verbose else []
        shown = marked(pool["name"], pool["is_paused"])
        rows.append([shown, pool["type"], pool["id"], shown_limit(pool["concurrency_limit"]), *more])
    return show_table("Work Pools", columns, rows)


@command("inspect")
@positional("name")
@output_option
def inspect(name: str, as_json: bool) -> None:
    """Show a work pool."""
    pool = read_pool(name)
    if as_json:
        return show_json(pool)
    facts = [("Name", name), ("ID", pool["id"]), ("Type", pool["type"]), ("Status", pool.get("status")),
             ("Paused", "yes" if pool["is_paused"] else "no"), ("Limit", shown_limit(pool["concurrency_limit"])),
             ("Description", pool["description"]), ("Created", local(moment(pool["created"]))),
             ("Updated", local(moment(pool["updated"]))), ("Job template", compact(pool["base_job_template"]))]  # fmt: skip
    return show_facts(facts)


@command("pause")
@positional("name")
def pause(name: str) -> None:
    """Have a work pool give out no runs."""
    _change(name, f"Paused work pool {name!r}", is_paused=True)


@command("resume")
@positional("name")
def resume(name: str) -> None:
    """Have a paused work pool give out runs again."""
    _change(name, f"Resumed work pool {name!r}", is_paused=False)


@command("update")
@positional("name")
@click.option("--base-job-template", type=click.Path(path_type=Path, dir_okay=False), help="A JSON file with it.")
@click.option("--concurrency-limit", type=click.IntRange(min=0), help="How many of its runs may run at once.")
@click.option("--description", help="What it is for.")
def update(name: str, base_job_template: Path | None, concurrency_limit: int | None, description: str | None) -> None:
    """Change a work pool."""
    changes: Json = {"concurrency_limit": concurrency_limit, "description": description}
    changes["base_job_template"] = _template_in(base_job_template) if base_job_template else None
    given = {key: value for key, value in changes.items() if value is not None}
    if not given:
        fail("No update arguments provided.")
    _change(name, f"Updated work pool {name!r}", **given)


@command("set-concurrency-limit")
@positional("name")
@positional("concurrency-limit", click.IntRange(min=0))
def set_concurrency_limit(name: str, concurrency_limit: int) -> None:
    """Limit how many of a pool's runs may run at once."""
    message = f"Set concurrency limit for work pool {name!r} to {concurrency_limit}"
    _change(name, message, concurrency_limit=concurrency_limit)


@command("clear-concurrency-limit")
@positional("name")
def clear_concurrency_limit(name: str) -> None:
    """Let any number of a pool's runs run at once."""
    _change(name, f"Cleared concurrency limit for work pool {name!r}", concurrency_limit=None)


@command("slots")
@positional("name")
@output_option
def slots(name: str, as_json: bool) -> None:
    """Show which runs hold the slots of a pool, by queue."""
    read_pool(name)
    show_slots(f"Work pool {name!r}", api().post(path("/work_pools/{}/concurrency_status", name)), as_json)


@command("preview")
@positional("name")
@click.option("--hours", "-h", type=click.IntRange(0, 87600), help="How many hours to look ahead; 1 by default.")
@output_option
def preview(name: str, hours: int | None, as_json: bool) -> None:
    """List the runs of a pool that are due soon."""
    read_pool(name)
    runs = previewed(hours, work_pools={"name": any_of([name])})
    show_runs("Scheduled Runs", runs, as_json)


@command("get-default-base-job-template")
@click.option("--type", "-t", "kind", required=True, help="A type of work pool, such as process.")
@click.option("--file", "-f", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file.")
def get_default_base_job_template(kind: str, file: Path | None) -> None:
    """Print the job template that pools of a type begin with."""
    template = template_of(kind)
    if file is None:
        return show_json(template)
    try:
        file.write_text(json.dumps(template, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"{str(file)!r} cannot be written: {error.strerror}.")
    return None


@command("delete")
@positional("name")
@click.pass_context
def delete(context: click.Context, name: str) -> None:
    """Delete a work pool with its queues."""
    existing(api().get(path("/work_pools/{}", name)), f"Work pool {name!r} does not exist.")
    if not confirmed(context, f"Are you sure you want to delete work pool with name {name!r}?"):
        fail("Deletion aborted.")
    try:
        api().delete(path("/work_pools/{}", name))
    except Refused as error:
        fail(f"Work pool {name!r} cannot be deleted: {error.said}")
    say(f"Deleted work pool {name!r}")
