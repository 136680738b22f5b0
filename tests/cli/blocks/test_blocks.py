"""Blocks and their types from the command line, on the API in this process."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from prefect.blocks.system import Secret
from prefect.filesystems import LocalFileSystem
from tests.cli.conftest import Prefect

DEFINITION = """
from prefect.blocks.core import Block

class Ledger(Block):
    number: int
"""


def test_blocks(prefect: Prefect) -> None:
    Secret(value=SecretStr("hush")).save("api-key")
    assert "secret/api-key" in prefect("block", "ls").out
    said = prefect("block", "inspect", "secret/api-key")
    assert said.code == 0
    assert "hush" not in said.out
    found = prefect("block", "inspect", "secret/api-key", "-o", "json").json
    assert found["data"]["value"] == "********"
    assert prefect("block", "inspect", "--id", found["id"], "-o", "json").json == found
    assert prefect("block", "inspect", "secret/nope").err == "Block 'secret/nope' not found!\n"
    assert "Slug must contain a '/'" in prefect("block", "inspect", "nope").err
    assert prefect("block", "delete", "secret/api-key").out == "Deleted Block 'secret/api-key'.\n"
    assert prefect("block", "ls", "-o", "json").json == []


def test_types(prefect: Prefect, tmp_path: Path) -> None:
    file = tmp_path / "ledgers.py"
    file.write_text(DEFINITION)
    assert prefect("block", "register", "--file", file).out.startswith("Successfully registered 1 block\n")
    assert "ledger" in prefect("block", "type", "ls").out
    assert prefect("block", "type", "inspect", "ledger", "-o", "json").json["schema"]["required"] == ["number"]
    assert "number" in prefect("block", "type", "inspect", "ledger").out
    assert prefect("block", "type", "delete", "ledger").out == "Deleted Block Type 'ledger'.\n"
    assert prefect("block", "type", "inspect", "ledger").err == "Block type 'ledger' not found!\n"
    assert prefect("block", "type", "delete", "ledger").err == "Block Type 'ledger' not found!\n"
    assert "protected block type" in prefect("block", "type", "delete", "secret").err
    assert prefect("block", "register", "--module", "no_such_module").code == 1
    assert prefect("block", "register").code == 1
    assert prefect("block", "create", "secret").code == 0


def test_where_results_are_stored(prefect: Prefect, tmp_path: Path) -> None:
    LocalFileSystem.model_validate({"basepath": str(tmp_path)}).save("shared")
    storage = ("experimental", "result-storage")
    assert prefect(*storage, "inspect").out == "No default result storage is configured.\n"
    assert prefect(*storage, "set").err == "Must provide a block slug or id.\n"
    said = prefect(*storage, "set", "local-file-system/shared")
    assert said.out == "Set default result storage to 'local-file-system/shared'.\n", said.err
    assert "'local-file-system/shared'" in prefect(*storage, "inspect").out
    assert prefect(*storage, "clear").out == "Cleared default result storage.\n"
    assert prefect(*storage, "inspect", "-o", "json").json == {"default_result_storage_block_id": None}
