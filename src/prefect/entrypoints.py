"""From an entrypoint to the flow it names, without running the flows that the script calls.

An entrypoint is `path/to/file.py:function` or `package.module.function`. A file inside a package is imported under its
dotted name, any other under its stem, with its directory on `sys.path` as when Python runs it; so what was pickled in
one process is found in the next. `as_main` lets what was pickled by a script run directly (`__main__`) resolve too.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from prefect.engine.loading import calls_off
from prefect.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from prefect.runnables import Runnable

F = TypeVar("F", bound=Runnable)

LITERAL_OPTIONS = frozenset(
    "name version retries retry_delay_seconds description timeout_seconds validate_parameters persist_result"
    " cache_result_in_memory log_prints".split()
)
"""Options of `@flow` that can be read from a script without running it."""


def split_entrypoint(entrypoint: str) -> tuple[str, str]:
    """The file or module of an entrypoint, and the name in it. Raises ValueError unless it has both."""
    separator = ":" if ":" in entrypoint else "."
    place, _, name = entrypoint.rpartition(separator)
    if not place or not name:
        raise ValueError(f"Entrypoint {entrypoint!r} must be 'path/to/file.py:function' or 'package.module.function'.")
    return place, name


def load_flow(kind: type[F], entrypoint: str) -> F:
    """The flow an entrypoint names.

    Args:
        kind: the class the object found has to be of.
        entrypoint: where it is.

    Raises MissingFlowError if the file or the flow in it is not there, ScriptError if the script fails.
    """
    return flow_in(kind, load_script(entrypoint), entrypoint)


def flow_in(kind: type[F], module: ModuleType, entrypoint: str) -> F:
    """The flow that an entrypoint names, of its loaded script. Raises MissingFlowError."""
    place, name = split_entrypoint(entrypoint)
    found = named_in(module, name)
    if isinstance(found, kind):
        return found
    what = "not defined" if found is None else f"a {type(found).__name__}, no flow"
    flows = sorted({value.name for value in vars(module).values() if isinstance(value, kind)})
    known = f" Flows there: {', '.join(flows)}." if flows else " No flows are defined there."
    raise MissingFlowError(f"Flow function with name {name!r} not found in {place!r}: it is {what}.{known}")


def named_in(module: ModuleType, name: str) -> Any:
    """What a dotted name stands for in a module; None if it stands for nothing."""
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def load_function(entrypoint: str) -> Any:
    """The plain function an entrypoint names. Raises MissingFlowError or ScriptError."""
    place, name = split_entrypoint(entrypoint)
    found = named_in(load_script(entrypoint), name)
    if not callable(found):
        raise MissingFlowError(f"Function {name!r} is not defined in {place!r}.")
    return found


# --- scripts


def load_script(entrypoint: str) -> ModuleType:
    """The module of an entrypoint, run with calls of flows switched off.

    Where the script fails only because a flow that it called gave it nothing, what it defined until then counts.
    """
    place, _name = split_entrypoint(entrypoint)
    if ":" not in entrypoint:
        return _imported(place, place)
    path = Path(place).expanduser().absolute()
    if not path.is_file():
        raise MissingFlowError(f"File {str(path)!r} does not exist.")
    return _module_of(path)


def _module_of(path: Path) -> ModuleType:
    name, root = module_name(path)
    for directory in (os.getcwd(), str(root)):
        if directory not in sys.path:
            sys.path.insert(0, directory)
    known = sys.modules.get(name)
    if known is not None and not _is_file(known, path):
        name = f"{path.stem}_{blake2b(str(path).encode(), digest_size=4).hexdigest()}"
    elif "." in name:
        return _imported(name, str(path))
    return _executed(name, path)


def module_name(path: Path) -> tuple[str, Path]:
    """The name a file is imported by, and the directory that has to be on `sys.path` for that."""
    root = path.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    if root == path.parent:
        return path.stem, root
    cwd = Path.cwd()
    between = root.relative_to(cwd).parts if root.is_relative_to(cwd) else ()
    if str(root) not in sys.path and between and all(part.isidentifier() for part in between):
        root = cwd
    return ".".join(path.relative_to(root).with_suffix("").parts), root


def _is_file(module: ModuleType, path: Path) -> bool:
    return os.path.realpath(getattr(module, "__file__", None) or "") == os.path.realpath(path)


def _imported(name: str, place: str) -> ModuleType:
    with _watched(place):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and f"{name}.".startswith(f"{error.name}."):
                raise MissingFlowError(f"Module {name!r} cannot be found.") from error
            raise
    raise MissingFlowError(f"Module {name!r} needs what its own flows return to be imported; guard those calls.")


def _executed(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise MissingFlowError(f"File {str(path)!r} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _watched(str(path)):
            spec.loader.exec_module(module)
    except ScriptError:
        del sys.modules[name]
        raise
    return module


@contextmanager
def _watched(place: str) -> Iterator[None]:
    """Calls of flows are off; an error is a ScriptError, unless it comes of a call that was skipped."""
    with calls_off() as skipped:
        try:
            yield
        except MissingFlowError:
            raise
        except (Exception, SystemExit) as error:
            if not skipped:
                raise ScriptError(error, place) from error


@contextmanager
def as_main(module: ModuleType) -> Iterator[None]:
    """Let the module stand for `__main__`, as it did in the process that ran it directly."""
    own = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.modules["__main__"] = own


# --- without running the script


def load_flow_arguments_from_entrypoint(
    entrypoint: str, arguments: list[str] | set[str] | None = None
) -> dict[str, Any]:
    """The options of a flow as its decorator has them, read from the source without running it.

    Args:
        entrypoint: where the flow is.
        arguments: the options wanted; by default those that can be literals. Others are left out.

    Raises MissingFlowError if there is no such function.
    """
    place, name = split_entrypoint(entrypoint)
    function = _definition(_source(place, ":" in entrypoint), name, place)
    wanted = LITERAL_OPTIONS if arguments is None else set(arguments)
    found = {key: value for key, value in _options(function) if key in wanted}
    if "name" in wanted:
        found.setdefault("name", function.name.replace("_", "-"))
    return found


def _source(place: str, is_file: bool) -> str:
    spec = None if is_file else importlib.util.find_spec(place)
    path = place if is_file else (spec.origin if spec is not None else None)
    try:
        return Path(path or place).read_text()
    except OSError as error:
        raise MissingFlowError(f"{place!r} cannot be read: {error.strerror}.") from error


def _definition(source: str, name: str, place: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    last = name.rpartition(".")[2]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == last:
            return node
    raise MissingFlowError(f"Flow function with name {name!r} not found in {place!r}.")


def _options(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, object]]:
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func).rpartition(".")[2] != "flow":
            continue
        for keyword in decorator.keywords:
            try:
                yield keyword.arg or "", ast.literal_eval(keyword.value)
            except ValueError:
                continue


def select_flow(flows: Iterable[F], flow_name: str | None = None, from_message: str | None = None) -> F:
    """The flow of that name, or the only one there is.

    Args:
        flows: to choose from.
        flow_name: may be left out if there is but one.
        from_message: where the flows come from, for errors; such as "in script 'x.py'".

    Raises MissingFlowError if there is none, UnspecifiedFlowError if several and no name is given.
    """
    by_name = {flow.name: flow for flow in flows}
    where = f" {from_message}" if from_message else ""
    names = " and ".join(repr(name) for name in sorted(by_name))
    if not by_name:
        raise MissingFlowError(f"No flows found{where}.")
    if flow_name is not None and flow_name not in by_name:
        raise MissingFlowError(f"Flow {flow_name!r} not found{where}. Found the following flows: {names}.")
    if flow_name is None and len(by_name) > 1:
        raise UnspecifiedFlowError(f"Found {len(by_name)} flows{where}: {names}. Specify a flow name to select a flow.")
    return by_name[flow_name] if flow_name is not None else next(iter(by_name.values()))
