"""The block classes that come with the package, as a server that imports none of them knows them.

python -m prefect.blocks.shipped     writes server/system_blocks.json anew
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prefect.blocks import registry
from prefect.blocks.core import Block

FILE = Path(__file__).parent.parent / "server" / "system_blocks.json"


def described() -> list[dict[str, Any]]:
    """Each class's type and schema, by slug."""
    return [_described(slug) for slug in sorted(registry.SHIPPED)]


def _described(slug: str) -> dict[str, Any]:
    cls = Block.get_block_class_from_key(slug)
    kind = cls._to_block_type()
    names = ("name", "slug", "logo_url", "documentation_url", "description", "code_example")
    return {
        **{name: getattr(kind, name) for name in names},
        "fields": cls.model_json_schema(),
        "capabilities": sorted(cls.get_block_capabilities()),
    }


def text() -> str:
    """The file as it should be."""
    return json.dumps(described(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
