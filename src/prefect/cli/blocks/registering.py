"""`prefect block register`: make the block classes of a module known to a server."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

from prefect.blocks.core import Block
from prefect.cli.output import fail, say, show_table
from prefect.cli.parameters import command
from prefect.entrypoints import load_script
from prefect.exceptions import MissingFlowError, ScriptError


@command("register")
@click.option("--module", "-m", help="A module that defines block classes, such as package.blocks.")
@click.option("--file", "-f", type=click.Path(path_type=Path), help="A Python file that defines them.")
def register(module: str | None, file: Path | None) -> None:
    """Make block classes known, so that blocks of them can be saved and shown."""
    if (module is None) == (file is None):
        fail("Please specify either a module or a file containing blocks to be registered, but not both.")
    loaded = _imported(module) if module is not None else _run(file or Path())
    found = blocks_of(loaded)
    if not found:
        fail(f"No block classes were found in {str(module or file)!r}.")
    for cls in found:
        cls.register_type_and_schema()
    say(f"Successfully registered {len(found)} block{'' if len(found) == 1 else 's'}")
    show_table(None, ("Registered Blocks",), [(cls.get_block_type_name(),) for cls in found])


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        fail(f"Unable to load {name!r}: {error}. Please make sure the module is installed in your current environment.")


def _run(file: Path) -> ModuleType:
    if file.suffix != ".py":
        fail(f"{file} is not a .py file. Please specify a .py that contains blocks to be registered.")
    try:
        return load_script(f"{file}:blocks")
    except (MissingFlowError, ScriptError) as error:
        fail(f"Unable to load {str(file)!r}: {error}")


def blocks_of(module: ModuleType) -> list[type[Block]]:
    """The classes of blocks in a module, abstract ones apart, by name."""
    classes = {value for value in vars(module).values() if isinstance(value, type) and Block.is_block_class(value)}
    own = [cls for cls in classes if cls is not Block and not inspect.isabstract(cls)]
    return sorted(own, key=lambda cls: cls.__name__)
