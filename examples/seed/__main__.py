"""Run one block: `python -m examples.seed basic_etl|complex_dependencies|error_handling|hello`."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from examples.seed.open_names import namespace

BLOCKS = Path(__file__).parent / "blocks"
# What has to run first because a later block uses its tasks, and the flow to call where a block only defines one.
BUILDS_ON = {"complex_dependencies": "basic_etl", "error_handling": "basic_etl"}
CALLS = {"complex_dependencies": "full_etl_pipeline", "error_handling": "robust_etl"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.seed", description=__doc__)
    parser.add_argument("block", choices=sorted(path.stem for path in BLOCKS.glob("*.py")))
    block = parser.parse_args().block
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run(block, namespace(Path(folder)))
        os.chdir("/")


def run(block: str, names: dict[str, Any]) -> dict[str, Any]:
    """Execute a block, after the one it builds on, in the given namespace; return the namespace."""
    if block in BUILDS_ON:
        run(BUILDS_ON[block], names)
    path = BLOCKS / f"{block}.py"
    exec(compile(path.read_text(), path, "exec"), names)
    if block in CALLS:
        names[CALLS[block]]()
    return names


if __name__ == "__main__":
    main()
