"""The source keeps its shape: short functions, few branches, small modules, honest types.

The figures are the targets of CONTRIBUTING.md. What exceeds a hard stop must stand in `source_targets.json`
with its exact measure; the list may only shrink, so an entry that is no longer needed, or no longer exact,
fails as well.
"""

from __future__ import annotations

import ast
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import source
from tests.support.source import Module

RATCHET: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("source_targets.json").read_text())

LENGTH_MEDIAN, LENGTH_P90, LENGTH_STOP = 8, 30, 60
LONG, LONG_SHARE = 50, 0.05
BRANCHES_STOP = 12
MODULE_STOP = 500
PACKAGE_STOP = 15
PACKAGE_LINES = 45_000
ANY_PER_1000 = 5
TYPE_IGNORES = 10
MOCKS_PER_1000 = 1

# The composition root, the command table and the table of public names exist to import late.
IMPORT_LATE = {"src/prefect/__init__.py", "src/prefect/connect.py", "src/prefect/cli/app.py"}
# These names are fixed by the surface that users know.
WIDE_PACKAGES = {"src/prefect"}
BELOW_THE_SDK = set("core exceptions utilities types storage wire settings orchestrator engine client services".split())


def hold(kind: str, measured: dict[str, int], limit: int) -> None:
    """Fail for whatever exceeds the limit unlisted, and for every listed entry that isn't exact."""
    found = {place: size for place, size in measured.items() if size > limit}
    listed = RATCHET.get(kind, {})
    unlisted = {place: size for place, size in found.items() if place not in listed}
    stale = {place: f"listed {size}, now {measured.get(place, 'gone')}" for place, size in listed.items()
             if found.get(place) != size}  # fmt: skip
    assert not unlisted, f"{kind} above {limit}: {unlisted}"
    assert not stale, f"{kind}: mend these entries of tests/source_targets.json: {stale}"


def every_function() -> dict[str, source.Function]:
    return {
        f"{module.path}::{name}": node for module in source.modules() for name, node in source.functions(module.tree)
    }


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def test_functions_are_short() -> None:
    lengths = [source.length(function) for function in every_function().values()]
    assert percentile(lengths, 0.5) <= LENGTH_MEDIAN
    assert percentile(lengths, 0.9) <= LENGTH_P90
    assert sum(size > LONG for size in lengths) <= LONG_SHARE * len(lengths)


def test_no_function_passes_the_hard_stop() -> None:
    hold(
        "function_length",
        {place: source.length(node) for place, node in every_function().items()},
        LENGTH_STOP,
    )


def test_no_function_has_too_many_branches() -> None:
    hold("branches", {place: source.branches(node) for place, node in every_function().items()}, BRANCHES_STOP)


def test_modules_are_small() -> None:
    everything = (*source.modules(), *source.test_modules())
    hold("module_lines", {module.path: module.lines for module in everything}, MODULE_STOP)


def test_packages_have_few_modules() -> None:
    folders = Counter(str(Path(module.path).parent) for module in source.modules() if not _is_init(module))
    hold("package_modules", {k: v for k, v in folders.items() if k not in WIDE_PACKAGES}, PACKAGE_STOP)


def test_the_whole_package_stays_small() -> None:
    hold("package_lines", {"src/prefect": sum(module.lines for module in source.modules())}, PACKAGE_LINES)


def test_own_imports_stand_at_the_top() -> None:
    late = Counter(
        f"{module.path}::{name}"
        for module in source.modules()
        if module.path not in IMPORT_LATE
        for name, function in source.functions(module.tree)
        for imported, _ in source.imports(function)
        if source.is_ours(imported)
    )
    hold("late_imports", late, 0)


def test_any_is_rare() -> None:
    uses = {module.path: _uses_of_any(module) for module in source.modules()}
    lines = sum(module.lines for module in source.modules())
    allowed = max(int(ANY_PER_1000 * lines / 1000), RATCHET.get("any", {}).get("src/prefect", 0))
    assert sum(uses.values()) <= allowed, Counter(uses).most_common(10)


def test_the_core_has_no_any() -> None:
    core = {module.path: _uses_of_any(module) for module in source.modules() if module.parts[:1] == ("core",)}
    hold("any_in_core", core, 0)


def test_type_ignores_are_few_and_above() -> None:
    ignores = {module.path: module.text.count("# type: ignore") for module in source.modules()}
    below = {m.path: ignores[m.path] for m in source.modules() if m.parts and m.parts[0] in BELOW_THE_SDK}
    assert sum(ignores.values()) <= max(TYPE_IGNORES, RATCHET.get("type_ignores", {}).get("src/prefect", 0))
    hold("type_ignores_below_the_sdk", below, 0)


def test_every_module_states_its_theory() -> None:
    silent = [module.path for module in source.modules() if module.text.strip() and not ast.get_docstring(module.tree)]
    assert not silent, f"these files have no docstring at their head: {silent}"


def test_nothing_is_left_for_later() -> None:
    words = ("TODO", "FIXME", "XXX", "raise NotImplementedError")
    left = [f"{module.path}: {word}" for module in source.modules() for word in words if word in module.text]
    assert not left


def test_tests_do_not_mock_our_own_code() -> None:
    mocked = [f"{module.path}:{line}" for module in source.test_modules() for line in mocks_of_ours(module.tree)]
    lines = sum(module.lines for module in source.test_modules())
    assert len(mocked) <= MOCKS_PER_1000 * lines / 1000, f"replace these by the real thing: {mocked}"


def mocks_of_ours(tree: ast.Module) -> Iterator[int]:
    """Lines that import a mocking library, or replace an attribute of something imported from `prefect`."""
    ours = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if source.is_ours(alias.name if isinstance(node, ast.Import) else node.module or "")
    }
    yield from (node.lineno for name, node in source.imports(tree) if name in ("unittest.mock", "mock", "pytest_mock"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and source.dotted(node.func).endswith((".setattr", ".delattr")) and node.args:
            target = node.args[0]
            text = str(target.value) if isinstance(target, ast.Constant) else ""
            if source.is_ours(text) or source.dotted(target).split(".")[0] in ours:
                yield node.lineno


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("from unittest.mock import Mock", [1]),
        ("import prefect.flows as f\npatch.setattr(f, 'run', 1)", [2]),
        ("patch.setattr('prefect.flows.run', 1)", [1]),
        ("from prefect import core\npatch.setattr(core.ports, 'Clock', 1)", [2]),
        ("import os\npatch.setattr(os, 'getcwd', 1)", []),
    ],
)
def test_the_mock_finder_finds(code: str, lines: list[int]) -> None:
    assert list(mocks_of_ours(ast.parse(code))) == lines


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f():\n    '''doc\n    more'''\n    return 1", {"length": 2, "branches": 0}),
        (
            "def f(a):\n    if a:\n        return [b for b in a if b]\n    elif 1: pass",
            {"length": 4, "branches": 3},
        ),
        (
            "async def f(a):\n    async for b in a:\n        def g():\n            if a: pass",
            {"length": 4, "branches": 1},
        ),
    ],
)
def test_the_measures_measure(code: str, expected: dict[str, Any]) -> None:
    _, function = next(source.functions(ast.parse(code)))
    assert {"length": source.length(function), "branches": source.branches(function)} == expected


def _uses_of_any(module: Module) -> int:
    return sum(
        (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")
        for node in ast.walk(module.tree)
    )


def _is_init(module: Module) -> bool:
    return module.path.endswith("__init__.py")
