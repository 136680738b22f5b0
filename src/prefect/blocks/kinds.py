"""What a block class says of itself: its name and slug, a description, an example, what its blocks can do.

Everything has a class attribute that says it outright, and is read from the class where that is None.
"""

from __future__ import annotations

import inspect
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import ClassVar, TypeGuard

DEFAULT_BLOCK_SCHEMA_VERSION = "non-versioned"
_SECTION = re.compile(
    r"(args|arguments|parameters|attributes|returns|yields|raises|warns|examples?|notes?|see also):\s*", re.IGNORECASE
)
_EXAMPLE = re.compile(r"examples?:\s*", re.IGNORECASE)


class BlockKind:
    """What all block classes are below."""

    _block_type_name: ClassVar[str | None] = None
    _block_type_slug: ClassVar[str | None] = None
    _block_schema_capabilities: ClassVar[list[str] | None] = None
    _block_schema_version: ClassVar[str | None] = None
    _description: ClassVar[str | None] = None
    _code_example: ClassVar[str | None] = None

    @classmethod
    def get_block_type_name(cls) -> str:
        """What the class is called where people see it: `_block_type_name`, or its own name."""
        return cls._block_type_name or cls.__name__

    @classmethod
    def get_block_type_slug(cls) -> str:
        """What the class is known by: `_block_type_slug`, or its name in lower case with dashes."""
        return slug_of(cls._block_type_slug or cls.get_block_type_name())

    @classmethod
    def get_block_capabilities(cls) -> frozenset[str]:
        """What blocks of the class can do, with what its bases say."""
        named = (vars(base).get("_block_schema_capabilities") or () for base in cls.__mro__)
        return frozenset(capability for some in named for capability in some)

    @classmethod
    def get_block_schema_version(cls) -> str:
        """Which version of its fields the class has: `_block_schema_version`, or that of its package."""
        return cls._block_schema_version or package_version(cls.__module__) or DEFAULT_BLOCK_SCHEMA_VERSION

    @classmethod
    def get_description(cls) -> str | None:
        """`_description`, or what the docstring says before its sections."""
        return cls._description if cls._description is not None else description_in(_own_docstring(cls))

    @classmethod
    def get_code_example(cls) -> str:
        """`_code_example`, or the docstring's section of examples, or how a block of the class is loaded."""
        if cls._code_example is not None:
            return inspect.cleandoc(cls._code_example)
        return example_in(_own_docstring(cls)) or cls._loading_example()

    @classmethod
    def _loading_example(cls) -> str:
        variable = cls.get_block_type_slug().replace("-", "_")
        loading = f'{variable}_block = {cls.__name__}.load("BLOCK_NAME")'
        return f"```python\nfrom {cls.__module__} import {cls.__name__}\n\n{loading}\n```"


def is_block_class(found: object) -> TypeGuard[type[BlockKind]]:
    """Whether something is a block class."""
    return isinstance(found, type) and issubclass(found, BlockKind)


def slug_of(name: str) -> str:
    """A name in lower case, with dashes for everything but letters and digits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def package_version(module: str) -> str | None:
    """The version of the package that a module belongs to, without what comes after its numbers; None if it has none."""
    package = sys.modules.get(module.partition(".")[0])
    found = re.match(r"v?(\d+(?:\.\d+)*)", str(getattr(package, "__version__", "")))
    return None if found is None else found[1]


# --- docstrings


def _own_docstring(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__) if cls.__doc__ else ""


def description_in(docstring: str) -> str | None:
    """The text of a docstring before its first section; None if there is none."""
    lines = docstring.splitlines()
    end = next((number for number, line in enumerate(lines) if _SECTION.fullmatch(line)), len(lines))
    return "\n".join(lines[:end]).strip() or None


def example_in(docstring: str) -> str | None:
    """What stands below `Example:` in a docstring; None if nothing does."""
    lines = iter(docstring.splitlines())
    for line in lines:
        if _EXAMPLE.fullmatch(line):
            return inspect.cleandoc("\n" + "\n".join(_indented(lines))) or None
    return None


def _indented(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.strip() and not line.startswith((" ", "\t")):
            return
        yield line
