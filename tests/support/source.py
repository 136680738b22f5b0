"""Reads our own source as syntax trees, for the tests that hold its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "prefect"

Function = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True)
class Module:
    """One source file: its path from the repository's root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def parts(self) -> tuple[str, ...]:
        """Where it stands in the package, such as `("core", "lifecycle", "runs")`; `()` for `prefect`."""
        parts = Path(self.path).relative_to("src/prefect").with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the package."""
    return tuple(read(path) for path in sorted(PACKAGE.rglob("*.py")))


@cache
def test_modules() -> tuple[Module, ...]:
    """Every file of the tests, but for corpora that are data."""
    return tuple(read(path) for path in sorted((ROOT / "tests").rglob("*.py")) if "corpus" not in path.parts)


def read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text, path))


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Every function with its qualified name, methods and nested ones included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, SCOPES) and not isinstance(node, ast.Lambda):
            name = f"{prefix}{node.name}"
            if isinstance(node, Function):
                yield name, node
            yield from functions(node, f"{name}.")
        else:
            yield from functions(node, prefix)


def length(function: Function) -> int:
    """Lines from `def` to the end. A docstring is not counted: documentation should cost nothing."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1 - _docstring_lines(function)


def branches(function: Function) -> int:
    """Places where the way forks: if, elif, ternary, loops, except, case, and conditions in comprehensions.

    What nested functions and lambdas contain is theirs.
    """
    return sum(_forks(node) for node in _own_nodes(function))


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module name imported below a node, with the statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node


def is_ours(module: str) -> bool:
    return module == "prefect" or module.startswith("prefect.")


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of names, an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _docstring_lines(function: Function) -> int:
    first = function.body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or first.lineno) - first.lineno + 1 if is_text else 0


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _forks(node: ast.AST) -> int:
    if isinstance(node, ast.comprehension):
        return len(node.ifs)
    return int(isinstance(node, BRANCHES))
