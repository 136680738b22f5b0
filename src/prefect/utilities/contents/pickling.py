"""Pickling that reaches as far as it can at the price of plain pickle.

Plain pickle goes first: it is ten times as fast as cloudpickle and needs no import. cloudpickle takes over
for what plain pickle refuses (lambdas, local classes) and, where a pickle is to be read elsewhere, for what
plain pickle would only name: things from `__main__`, and modules registered with
`cloudpickle.register_pickle_by_value`.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from prefect.exceptions import SerializationError

PROTOCOL = 5
_MAIN = b"__main__"


def dumps_portable(value: object) -> bytes:
    """A pickle that a process running another script can read. Raises SerializationError."""
    if _registered_by_value():
        return dumps_by_value(value)
    import pickle

    try:
        blob = pickle.dumps(value, PROTOCOL)
    except Exception as error:
        return dumps_by_value(value, error)
    return dumps_by_value(value) if _MAIN in blob else blob


def dumps_local(value: object) -> bytes:
    """A pickle to be read under the same script, which `loads` is told of. Raises SerializationError."""
    import pickle

    try:
        return pickle.dumps(value, PROTOCOL)
    except Exception as error:
        return dumps_by_value(value, error)


def dumps_by_value(value: object, reason: Exception | None = None) -> bytes:
    """A pickle made by cloudpickle. Raises SerializationError, caused by `reason` if that is given.

    Args:
        reason: why plain pickle would not do.
    """
    try:
        return cast(bytes, import_module("cloudpickle").dumps(value, PROTOCOL))
    except Exception as error:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise SerializationError(f"A value of type {kind} cannot be pickled: {error}") from reason or error


def _registered_by_value() -> bool:
    cloudpickle = sys.modules.get("cloudpickle")
    return cloudpickle is not None and bool(cloudpickle.list_registry_pickle_by_value())


def loads(blob: bytes | memoryview, main_module: ModuleType | None = None) -> Any:
    """The value in a pickle. Runs whatever code the pickle holds: only for pickles known to be ours.

    Args:
        main_module: where to find what was pickled as belonging to `__main__`, when that script has been
            imported under another name.
    """
    import pickle

    if main_module is None:
        return pickle.loads(blob)
    return _main_unpickler()(blob, main_module).load()


@cache
def _main_unpickler() -> Any:
    """An unpickler that looks for names of `__main__` in another module first."""
    import io
    import pickle

    class MainUnpickler(pickle.Unpickler):
        def __init__(self, blob: bytes | memoryview, main_module: ModuleType) -> None:
            super().__init__(io.BytesIO(blob))
            self._main = main_module

        def find_class(self, module: str, name: str) -> Any:
            if module != "__main__":
                return super().find_class(module, name)
            found: Any = self._main
            try:
                for part in name.split("."):
                    found = getattr(found, part)
            except AttributeError:
                return super().find_class(module, name)
            return found

    return MainUnpickler
