"""How a flow's code is found again."""

from __future__ import annotations

from enum import Enum


class EntrypointType(Enum):
    """What an entrypoint names: a file and a function in it, or a module and a function in it."""

    FILE_PATH = "file_path"
    MODULE_PATH = "module_path"
