"""Names to objects and back, scripts as modules, imports put off until they are used."""

from __future__ import annotations

import importlib
import logging
import sys
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from prefect.exceptions import ScriptError

if TYPE_CHECKING:
    import ast

logger = logging.getLogger("prefect.utilities.importtools")


def to_qualified_name(obj: Any) -> str:
    """Where an object can be imported from, as "module.name"; the module's name for a module."""
    if isinstance(obj, ModuleType):
        return obj.__name__
    return f"{obj.__module__}.{obj.__qualname__}"


def from_qualified_name(name: str) -> Any:
    """The object or module at a dotted name. Raises ImportError or AttributeError if there is none."""
    try:
        return importlib.import_module(name)
    except ImportError:
        module, dot, attribute = name.rpartition(".")
        if not dot:
            raise
    return getattr(importlib.import_module(module), attribute)


def load_script_as_module(path: str | Path) -> ModuleType:
    """Run a script as a module, with its folder on the import path; a path always gives the same name.

    Raises ScriptError with whatever the script raised.
    """
    from importlib.util import module_from_spec, spec_from_file_location

    file = Path(path)
    name = f"__prefect_loader_{blake2b(str(file.resolve()).encode(), digest_size=8).hexdigest()}__"
    spec = spec_from_file_location(name, str(file), submodule_search_locations=[str(file.parent)])
    if spec is None or spec.loader is None:
        raise ScriptError(ImportError(f"{file.name} is not a Python script"), str(path))
    module = module_from_spec(spec)
    sys.modules[name] = module
    search = [str(file.parent.resolve()), str(Path.cwd())]
    sys.path[:0] = search
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ScriptError(error, str(path)) from error
    finally:
        for folder in search:
            sys.path.remove(folder)
    return module


def load_module(module_name: str) -> ModuleType:
    """Import a module, found in the working directory too. Raises ImportError."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(module_name)
    finally:
        sys.path.remove(folder)


def import_object(import_path: str) -> Any:
    """The object at "path/to/script.py:name", "module:name" or "module.name"; the name may itself be dotted.

    Raises ScriptError, ImportError or AttributeError.
    """
    if ".py:" in import_path:
        script, _, name = import_path.rpartition(":")
        found: Any = load_script_as_module(script)
    else:
        place, _, name = import_path.rpartition(":") if ":" in import_path else import_path.rpartition(".")
        found = load_module(place or name)
        name = name if place else ""
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


# --- imports put off


class DelayedImportErrorModule(ModuleType):
    """Stands for a module that is not installed; using anything of it raises ModuleNotFoundError."""

    def __init__(self, error_message: str, help_message: str | None = None) -> None:
        super().__init__("DelayedImportErrorModule")
        self.__error_message = error_message
        self.__help_message = help_message or "Install the package that provides it."

    def __getattr__(self, attr: str) -> NoReturn:
        self.complain()

    def complain(self) -> NoReturn:
        """Raise ModuleNotFoundError."""
        raise ModuleNotFoundError(f"{self.__error_message}\n{self.__help_message}")


def lazy_import(name: str, error_on_import: bool = False, help_message: str | None = None) -> ModuleType:
    """A module that is loaded when first used.

    Args:
        name: absolute name of the module.
        error_on_import: raise ModuleNotFoundError now if there is no such module, not when it is used.
        help_message: what to tell whoever uses a module that is missing.
    """
    from importlib.util import LazyLoader, find_spec, module_from_spec

    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        missing = DelayedImportErrorModule(f"No module named {name!r}.", help_message)
        if error_on_import:
            missing.complain()
        return missing
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# --- reading names from code that cannot be run whole


def safe_load_namespace(source_code: str, filepath: str | None = None) -> dict[str, Any]:
    """The names a module would define, statement by statement; statements that fail are left out.

    Args:
        source_code: the module's text.
        filepath: where it comes from, so that its own imports are found.
    """
    import ast

    tree = ast.parse(source_code, filename=filepath or "<string>")
    namespace: dict[str, Any] = {"__name__": "prefect_safe_namespace_loader"}
    folder = str(Path(filepath).resolve().parent) if filepath else None
    if folder is not None:
        namespace["__file__"] = filepath
        sys.path.insert(0, folder)
    try:
        for statement in _statements(tree):
            _run_if_possible(statement, namespace)
    finally:
        if folder is not None:
            sys.path.remove(folder)
    return namespace


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """Statements that define names; those that only call something, and the main guard, are left out."""
    import ast

    defining = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    return [statement for statement in tree.body if isinstance(statement, defining)]


def _run_if_possible(statement: ast.stmt, namespace: dict[str, object]) -> None:
    import ast

    code = compile(ast.Module([statement], type_ignores=[]), "<safe namespace>", "exec")
    try:
        exec(code, namespace)
    except Exception as error:
        logger.debug("A statement could not be run: %s", error)
