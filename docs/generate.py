"""Writes the pages of `docs/reference` from the code itself: `python docs/generate.py` or `make docs`.

Each page is a function that returns Markdown. A test compares them with the files, so a setting, a command,
an error or a state without its line is a failing test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from prefect import exceptions
from prefect.cli.app import ALIASES, make_app
from prefect.core.lifecycle import policies
from prefect.core.lifecycle.states import TERMINAL_STATES, StateType
from prefect.core.lifecycle.transitions import LEGAL
from prefect.settings.fields import AnyField, From
from prefect.settings.root import INDEX

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py; changes made here are lost. -->"


def main() -> None:
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")


def settings() -> str:
    """Every setting, grouped by the first part of its name."""
    groups: dict[str, list[AnyField]] = {}
    for accessor, field in sorted(INDEX.by_accessor.items()):
        groups.setdefault(accessor.split(".")[0] if "." in accessor else "", []).append(field)
    parts = [
        "# Settings",
        NOTE,
        "A setting is read from, in this order: the environment, a `.env` file, `prefect.toml`, "
        "`[tool.prefect]` in `pyproject.toml`, the active profile. `prefect config set NAME=VALUE` writes to "
        "the profile, `prefect config view --show-sources` tells where a value comes from.",
    ]
    for group, fields in groups.items():
        parts += [f"## {group or 'General'}", *(setting(field) for field in fields)]
    return page_of(parts)


def setting(field: AnyField) -> str:
    lines = [
        f"### {field.name}",
        "",
        field.help,
        "",
        f"- Attribute: `{field.accessor}`",
        f"- Accepts: {field.kind.accepts}",
        f"- Default: {default_of(field)}",
    ]
    if field.aliases:
        lines.append(f"- Also read from: {', '.join(f'`{name}`' for name in field.aliases)}")
    if field.secret:
        lines.append("- Secret: masked wherever it is shown")
    return "\n".join(lines)


def default_of(field: AnyField) -> str:
    if isinstance(field.default, From) and field.default.needs:
        return "worked out from " + ", ".join(f"`{accessor}`" for accessor in field.default.needs)
    text = str(field.static_default).replace(str(Path.home()), "~")
    if text.startswith("/") and text != "/":
        return "depends on the machine"
    return {"None": "none", "": "empty"}.get(text, f"`{text}`")


def errors() -> str:
    """Every exception of the package, in the order of its file."""
    parts = [
        "# Errors",
        NOTE,
        "All derive from `prefect.exceptions.PrefectException`, except for the signals, which derive from "
        "`BaseException` so that `except Exception` lets them pass. The first line is the default message.",
        "\n".join(table_lines(["error", "is also", "meaning"], (error(cls) for cls in exception_classes()))),
    ]
    return page_of(parts)


def exception_classes() -> list[type[BaseException]]:
    found = [cls for _, cls in inspect.getmembers(exceptions, inspect.isclass)]
    ours = [cls for cls in found if issubclass(cls, BaseException) and cls.__module__ == exceptions.__name__]
    return sorted(ours, key=lambda cls: inspect.getsourcelines(cls)[1])


def error(cls: type[BaseException]) -> list[str]:
    bases = ", ".join(f"`{base.__name__}`" for base in cls.__bases__)
    return [f"`{cls.__name__}`", bases, " ".join((inspect.getdoc(cls) or "").split())]


def states() -> str:
    """The types, which may follow which, and the rules in their order."""
    names = [kind.value for kind in StateType]
    start = [("(none yet)", LEGAL[None])]
    rows = start + [(kind.value, LEGAL[kind]) for kind in StateType]
    follows = ([name, *("●" if kind in after else "" for kind in StateType)] for name, after in rows)
    parts = [
        "# States",
        NOTE,
        "What the types mean, and their names, is told in [States](../explanations/states.md). Final are "
        + ", ".join(f"`{kind.value}`" for kind in StateType if kind in TERMINAL_STATES)
        + ".",
        "## Which may follow which",
        "\n".join(table_lines(["from \\ to", *names], follows)),
        "## Rules for flow runs, in their order",
        "\n".join(f"1. {rule(function)}" for function in policies.FLOW_RUN_RULES),
        "## Rules for what clients of the API propose for flow runs, in their order",
        "\n".join(f"1. {rule(function)}" for function in policies.API_FLOW_RUN_RULES),
        "## Rules for what clients of the API propose for task runs, in their order",
        "\n".join(f"1. {rule(function)}" for function in policies.API_TASK_RUN_RULES),
    ]
    return page_of(parts)


def rule(function: Callable[..., object]) -> str:
    return f"`{function.__name__}`: {first_paragraph(function)}"


def first_paragraph(item: object) -> str:
    return " ".join((inspect.getdoc(item) or "").split("\n\n")[0].split())


def commands() -> str:
    """Every command with its arguments and options."""
    app = make_app()
    context = click.Context(app, info_name="prefect")
    parts = [
        "# Commands",
        NOTE,
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. `--output json` writes JSON to standard "
        "output, and nothing else. Also known as: "
        + ", ".join(f"`{alias}` for `{name}`" for alias, name in sorted(ALIASES.items()))
        + ".",
        "## prefect",
        app.help or "",
        parameters(app),
        *(part for name in app.list_commands(context) for part in command_parts(app, context, name)),
    ]
    return page_of(parts)


def command_parts(room: click.Group, parent: click.Context, name: str) -> Iterator[str]:
    command = room.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    yield f"{'##' if parent.parent is None else '###'} {context.command_path}"
    yield inspect.cleandoc(command.help or "")
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from command_parts(command, context, inner)
    elif command.params:
        yield parameters(command)


def parameters(command: click.Command) -> str:
    """One line for each argument and option."""
    return "\n".join(parameter(item) for item in command.params if not getattr(item, "hidden", False))


def parameter(item: click.Parameter) -> str:
    metavar = item.make_metavar(click.Context(click.Command(None))).removesuffix(" RANGE")
    if not isinstance(item, click.Option):
        return f"- `{metavar}`"
    names = ", ".join(f"`{name}`" for name in (*item.opts, *item.secondary_opts))
    value = "" if item.is_flag else f" {metavar}"
    default = f" Default: {item.default}." if isinstance(item.default, int | str) and not item.is_flag else ""
    return f"- {names}{value}: {item.help or ''}{default}"


def table_lines(head: Sequence[str], rows: Iterator[list[str]]) -> Iterator[str]:
    for cells in (list(head), ["---"] * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page_of(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {"settings": settings, "errors": errors, "states": states, "commands": commands}

if __name__ == "__main__":
    main()
