"""Loading flows from files and modules without running what the script runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prefect.entrypoints import (
    as_main,
    load_flow,
    load_flow_arguments_from_entrypoint,
    load_function,
    load_script,
    module_name,
    select_flow,
    split_entrypoint,
)
from prefect.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from prefect.flows import Flow

SCRIPT = """
from prefect import flow

@flow(name="the sums", retries=2, description="adds", log_prints=len("x") == 1)
def my_sums(a: int = 1) -> int:
    return a + 1

class Group:
    @staticmethod
    @flow
    def below() -> None: ...

def plain() -> int:
    return 3

value = my_sums(4)
"""


@pytest.fixture(autouse=True)
def _modules() -> Iterator[None]:
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "my_script_of_sums.py"
    path.write_text(SCRIPT)
    return path


def test_a_flow_is_loaded_and_the_call_in_its_script_is_not_run(script: Path) -> None:
    found = load_flow(Flow, f"{script}:my_sums")
    assert (found.name, found.fn(4)) == ("the sums", 5)
    assert found.fn.__globals__["value"] is None
    assert load_flow(Flow, f"{script}:Group.below").name == "below"
    assert load_function(f"{script}:plain")() == 3


def test_a_script_that_needs_what_its_call_returns_counts_until_there(script: Path) -> None:
    script.write_text(SCRIPT + "print(value + 1)\nafter = 1\n")
    module = load_script(f"{script}:my_sums")
    assert not hasattr(module, "after")
    assert load_flow(Flow, f"{script}:my_sums").name == "the sums"


@pytest.mark.parametrize("code", ["1 / 0", "import nothing_of_that_name", "raise SystemExit(3)", "def broken(:"])
def test_a_broken_script(script: Path, code: str) -> None:
    script.write_text(code + "\n" + SCRIPT)
    with pytest.raises(ScriptError, match=r"my_script_of_sums\.py"):
        load_flow(Flow, f"{script}:my_sums")
    assert "my_script_of_sums" not in sys.modules


def test_what_is_not_there(script: Path) -> None:
    with pytest.raises(MissingFlowError, match=r"'nope' not found .* not defined. Flows there: the sums."):
        load_flow(Flow, f"{script}:nope")
    with pytest.raises(MissingFlowError, match="a function, no flow"):
        load_flow(Flow, f"{script}:plain")
    with pytest.raises(MissingFlowError, match="does not exist"):
        load_flow(Flow, f"{script.parent}/elsewhere.py:my_sums")
    with pytest.raises(MissingFlowError, match="cannot be found"):
        load_flow(Flow, "nothing_of_that_name.flow")
    with pytest.raises(ValueError, match="must be"):
        split_entrypoint("nothing")


def test_a_file_in_a_package_is_imported_by_its_dotted_name(tmp_path: Path) -> None:
    package = tmp_path / "books_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helper.py").write_text("ANSWER = 42\n")
    (package / "pipeline.py").write_text("from books_package.helper import ANSWER\n" + SCRIPT)
    assert module_name(package / "pipeline.py") == ("books_package.pipeline", tmp_path)
    found = load_flow(Flow, f"{package / 'pipeline.py'}:my_sums")
    assert found.fn.__module__ == "books_package.pipeline"
    assert load_flow(Flow, "books_package.pipeline.my_sums") is found


def test_a_script_named_like_a_module_hides_none(tmp_path: Path) -> None:
    script = tmp_path / "json.py"
    script.write_text(SCRIPT)
    json = sys.modules["json"]
    assert load_flow(Flow, f"{script}:my_sums").name == "the sums"
    assert sys.modules["json"] is json


def test_a_module_stands_for_main_for_a_while(script: Path) -> None:
    own, module = sys.modules["__main__"], load_script(f"{script}:my_sums")
    with as_main(module):
        assert sys.modules["__main__"] is module
    assert sys.modules["__main__"] is own


def test_options_are_read_without_running_the_script(script: Path) -> None:
    script.write_text("raise RuntimeError\n" + SCRIPT)
    found = load_flow_arguments_from_entrypoint(f"{script}:my_sums")
    assert found == {"name": "the sums", "retries": 2, "description": "adds"}
    assert load_flow_arguments_from_entrypoint(f"{script}:below") == {"name": "below"}
    assert load_flow_arguments_from_entrypoint(f"{script}:my_sums", ["retries"]) == {"retries": 2}


def test_select_flow(script: Path) -> None:
    first, second = load_flow(Flow, f"{script}:my_sums"), load_flow(Flow, f"{script}:Group.below")
    assert select_flow([first]) is first
    assert select_flow([first, second], "below") is second
    with pytest.raises(UnspecifiedFlowError, match="Found 2 flows in x: 'below' and 'the sums'"):
        select_flow([first, second], from_message="in x")
    with pytest.raises(MissingFlowError, match="No flows found"):
        select_flow([])
    with pytest.raises(MissingFlowError, match="Flow 'nope' not found"):
        select_flow([first], "nope")
