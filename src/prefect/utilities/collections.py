"""Working on collections of any depth: visiting, flattening, merging, batching."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum, auto
from itertools import islice
from typing import Any, TypeVar, cast, overload

from prefect.utilities.visiting import StopVisiting as StopVisiting
from prefect.utilities.visiting import visit_collection as visit_collection

T = TypeVar("T")
D = TypeVar("D")
K = TypeVar("K", bound=Hashable)

_NOT_ITERATED = (str, bytes, bytearray, io.IOBase)


class AutoEnum(StrEnum):
    """An enum of texts in which `auto()` gives each member its own name as value."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name

    @staticmethod
    def auto() -> object:
        """The value of a member that is to be called like the member."""
        return auto()

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.value}"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)


def isiterable(obj: object) -> bool:
    """Whether an object can be iterated over as a collection; texts and files do not count."""
    if isinstance(obj, type):
        return False
    return hasattr(type(obj), "__iter__") and not isinstance(obj, _NOT_ITERATED)


def ensure_iterable(obj: T | Iterable[T]) -> Iterable[T]:
    """The object itself if it is a sequence or set, else a list that holds it."""
    if isinstance(obj, (Sequence, set, frozenset)):
        return obj
    return [cast(T, obj)]


def listrepr(objs: Iterable[object], sep: str = " ") -> str:
    """The `repr` of each object, joined."""
    return sep.join(map(repr, objs))


@overload
def extract_instances(objects: Iterable[object], types: type[T]) -> list[T]: ...
@overload
def extract_instances(objects: Iterable[T]) -> list[T]: ...
@overload
def extract_instances(objects: Iterable[object], types: tuple[type[T], ...]) -> dict[type[T], list[T]]: ...
def extract_instances(objects: Iterable[object], types: type | tuple[type, ...] = object) -> object:
    """The objects of one type as a list, or of several types as a dict of lists by their exact type."""
    found = [item for item in objects if isinstance(item, types)]
    if isinstance(types, type):
        return found
    by_type: dict[type, list[object]] = {}
    for item in found:
        by_type.setdefault(type(item), []).append(item)
    return by_type


def batched_iterable(iterable: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of `size` items each, the last one maybe shorter."""
    iterator = iter(iterable)
    while batch := tuple(islice(iterator, size)):
        yield batch


def distinct(iterable: Iterable[T], key: Callable[[T], Hashable] | None = None) -> Iterator[T]:
    """The items in order, each only once; `key` tells what makes two items the same."""
    seen: set[Hashable] = set()
    for item in iterable:
        mark = key(item) if key is not None else cast(Hashable, item)
        if mark not in seen:
            seen.add(mark)
            yield item


# --- nested dictionaries


def dict_to_flatdict(dct: Mapping[K, object]) -> dict[tuple[K, ...], object]:
    """A nested dict as one whose keys are paths; empty dicts inside stay as values."""
    return dict(_paths(dct, ()))


def _paths(dct: Mapping[K, object], before: tuple[K, ...]) -> Iterator[tuple[tuple[K, ...], object]]:
    for key, value in dct.items():
        path = (*before, key)
        if isinstance(value, dict) and value:
            yield from _paths(value, path)
        else:
            yield path, value


def flatdict_to_dict(dct: Mapping[tuple[K, ...], object]) -> dict[K, Any]:
    """A nested dict from one whose keys are paths."""
    nested: dict[K, Any] = {}
    for path, value in dct.items():
        inner = nested
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = value
    return nested


def deep_merge(dct: Mapping[K, object], merge: Mapping[K, object]) -> dict[K, object]:
    """A new dict with the items of both; where both hold a dict these are merged, else `merge` wins."""
    merged = dict(dct)
    for key, value in merge.items():
        held = merged.get(key)
        merged[key] = deep_merge(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return merged


def deep_merge_dicts(*dicts: Mapping[K, object]) -> dict[K, object]:
    """All dicts merged, the later ones over the earlier. See `deep_merge`."""
    merged: dict[K, object] = {}
    for dct in dicts:
        merged = deep_merge(merged, dct)
    return merged


def remove_nested_keys(keys_to_remove: Sequence[Hashable], obj: object) -> object:
    """A copy of a nested dict without certain keys at any depth; what is not a dict comes back as it is."""
    if not isinstance(obj, dict):
        return obj
    kept = {key: value for key, value in obj.items() if key not in keys_to_remove}
    return {key: remove_nested_keys(keys_to_remove, value) for key, value in kept.items()}


def _path(keys: str | Sequence[str]) -> list[str]:
    return keys.replace("[", ".").replace("]", "").split(".") if isinstance(keys, str) else list(keys)


def get_from_dict(dct: Mapping[str, object], keys: str | Sequence[str], default: D | None = None) -> Any | D | None:
    """What lies at a path inside nested dicts and lists, such as "a.b[0].c"; `default` if nothing does."""
    found: Any = dct
    try:
        for key in _path(keys):
            found = found[int(key)] if isinstance(found, (list, tuple)) else found[key]
    except (TypeError, KeyError, IndexError, ValueError):
        return default
    return found


def set_in_dict(dct: dict[str, object], keys: str | Sequence[str], value: object) -> None:
    """Put a value at a path inside nested dicts, making dicts on the way.

    Raises TypeError if something other than a dict lies on the way.
    """
    path = _path(keys)
    inner = dct
    for key in path[:-1]:
        step = inner.setdefault(key, {})
        if not isinstance(step, dict):
            raise TypeError(f"Key path exists and contains a non-dict value: {path!r}")
        inner = step
    inner[path[-1]] = value
