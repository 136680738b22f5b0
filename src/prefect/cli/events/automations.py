"""`prefect automation`: what a server does by itself when something happens, or does not."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from uuid import UUID

import click

from prefect.cli.api import Json, any_of, api, moment, read_document
from prefect.cli.output import compact, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option, positional

MORE = "You can also specify an id with the `--id` flag."
_file = click.option(
    "--from-file", "-f", type=click.Path(path_type=Path, dir_okay=False), help="A YAML or JSON file with it."
)
_json = click.option("--from-json", "-j", help="It as JSON.")
_id = click.option("--id", "identity", type=click.UUID, help="The automation of this id.")


def _all() -> list[Json]:
    return api().pages("/automations/filter", {"sort": "NAME_ASC"})


def _named(name: str) -> list[Json]:
    return api().pages("/automations/filter", {"automations": {"name": any_of([name])}})


def _meant(name: str | None, identity: UUID | None, missing: str = MORE, with_name: str = "") -> list[Json]:
    """The automations of a name or an id, of which one is to be given; ends the command if there are none."""
    if name is not None and identity is not None:
        fail("Please provide either a name or an id but not both.")
    if identity is not None:
        found = api().get(f"/automations/{identity}")
        return [found] if found is not None else fail(f"Automation with id '{identity}' not found.")
    if name is None:
        fail("Please provide a name or an id.")
    several = _named(name)
    return several or fail(f"Automation {with_name}{name!r} not found. {missing}".rstrip())


def trigger_text(trigger: Json) -> str:
    """A trigger in a few words."""
    kind = trigger.get("type")
    if kind in ("compound", "sequence"):
        parts = "; ".join(trigger_text(each) for each in trigger.get("triggers", []))
        return f"{trigger.get('require', 'in sequence')}: {parts}"
    if kind == "metric":
        return f"Metric: {compact(trigger.get('metric'))}"
    what = ", ".join(map(str, trigger.get("expect") or ["any event"]))
    within = f" within {trigger['within']:g}s" if trigger.get("within") else ""
    return f"{trigger.get('posture')}: expecting {trigger.get('threshold')} of {what}{within}"


def action_text(action: Json) -> str:
    """An action in a few words."""
    return str(action.get("type", "")).replace("-", " ").capitalize()


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List automations by name."""
    found = _all()
    if as_json:
        return show_json(found)
    rows = [
        (each["id"], each["name"], str(each["enabled"]), trigger_text(each["trigger"]),
         ", ".join(action_text(action) for action in each["actions"]))
        for each in found
    ]  # fmt: skip
    return show_table("Automations", ("ID", "Automation", "Enabled", "Trigger", "Actions"), rows)


@command("inspect")
@positional("name", needed=False)
@_id
@flag("yaml", help="As YAML.")
@flag("json", help="As JSON.")
@output_option
def inspect(name: str | None, identity: UUID | None, yaml: bool, json: bool, as_json: bool) -> None:
    """Show the automations of a name, or one by its id."""
    if name is None and identity is None:
        fail("Please provide either a name or an id.")
    found = _meant(name, identity, missing="")
    told = [{key: value for key, value in each.items() if key not in ("created", "updated")} for each in found]
    shown = told if identity is None else told[0]
    if json or as_json:
        return show_json(shown)
    if yaml:
        return say(import_module("yaml").safe_dump(shown, sort_keys=False, allow_unicode=True))
    for number, each in enumerate(found):
        if number:
            say()
        _show(each)
    return None


def _show(automation: Json) -> None:
    show_facts([
        ("Automation", f"{automation['name']} ({automation['id']})"), ("Description", automation["description"]),
        ("Enabled", "yes" if automation["enabled"] else "no"), ("Trigger", compact(automation["trigger"])),
        *((title, ", ".join(compact(action) for action in automation[key]))
          for title, key in (("Actions", "actions"), ("On trigger", "actions_on_trigger"),
                             ("On resolve", "actions_on_resolve"))),
        ("Tags", ", ".join(automation["tags"])), ("Updated", local(moment(automation.get("updated")))),
    ])  # fmt: skip


def _switch(name: str | None, identity: UUID | None, enabled: bool) -> None:
    found = _meant(name, identity, with_name="with name ")
    for each in found:
        api().patch(f"/automations/{each['id']}", {"enabled": enabled})
    word = "Resumed" if enabled else "Paused"
    if identity is not None:
        return say(f"{word} automation with id '{identity}'")
    ids = ", ".join(f"'{each['id']}'" for each in found)
    return say(f"{word} automation(s) with name {name!r} and id(s) {ids}.")


@command("pause")
@positional("name", needed=False)
@_id
def pause(name: str | None, identity: UUID | None) -> None:
    """Have automations do nothing."""
    _switch(name, identity, False)


@command("resume")
@positional("name", needed=False)
@_id
def resume(name: str | None, identity: UUID | None) -> None:
    """Have paused automations act again."""
    _switch(name, identity, True)


@command("create")
@_file
@_json
def create(from_file: Path | None, from_json: str | None) -> None:
    """Make an automation, or those of a list, from a file or from JSON."""
    made = 0
    documents = _given(from_file, from_json)
    for document in documents:
        answer = api().post("/automations/", document)
        say(f"Created automation {answer['name']!r} with id {answer['id']}")
        made += 1
    if made > 1:
        say(f"Created {made} automations.")


def _given(file: Path | None, text: str | None) -> list[Json]:
    if (file is None) == (text is None):
        fail("Please provide either --from-file or --from-json, and not both.")
    said = read_document(file, text)
    if isinstance(said, dict) and isinstance(said.get("automations"), list):
        said = said["automations"]
    documents = said if isinstance(said, list) else [said]
    if not documents or not all(isinstance(each, dict) for each in documents):
        fail("An automation is an object with name, trigger and actions; several are a list of such.")
    return documents


@command("update")
@click.option("--id", "identity", type=click.UUID, required=True, help="The automation of this id.")
@_file
@_json
def update(identity: UUID, from_file: Path | None, from_json: str | None) -> None:
    """Give an automation another definition."""
    documents = _given(from_file, from_json)
    if len(documents) != 1:
        fail(f"One automation is wanted, not {len(documents)}.")
    _meant(None, identity)
    api().put(f"/automations/{identity}", documents[0])
    say(f"Updated automation {documents[0].get('name')!r} ({identity})")


@command("delete")
@positional("name", needed=False)
@_id
@flag("all", help="Every automation.")
@click.pass_context
def delete(context: click.Context, name: str | None, identity: UUID | None, all: bool) -> None:
    """Delete the automation of a name or an id, or all of them."""
    if all:
        if name is not None or identity is not None:
            fail("Cannot provide an automation name or id when deleting all automations.")
        return _delete_all(context)
    found = _meant(name, identity)
    if len(found) > 1:
        ids = ", ".join(str(each["id"]) for each in found)
        fail(f"Multiple automations found with name {name!r}. Please specify an id with the `--id` flag instead: {ids}")
    what = f"with name {name!r}" if name is not None else f"with id '{identity}'"
    if not confirmed(context, f"Are you sure you want to delete automation {what}?"):
        fail("Deletion aborted.")
    api().delete(f"/automations/{found[0]['id']}")
    return say(f"Deleted automation {what}")


def _delete_all(context: click.Context) -> None:
    found = _all()
    if not found:
        return say("No automations found.")
    if not confirmed(context, f"Are you sure you want to delete all {len(found)} automations?"):
        fail("Deletion aborted.")
    for each in found:
        api().delete(f"/automations/{each['id']}")
    return say(f"Deleted {len(found)} automation{'' if len(found) == 1 else 's'}.")
