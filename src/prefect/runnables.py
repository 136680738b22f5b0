"""What flows and tasks share: wrapping a function, being a method, changing options, taking hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, update_wrapper
from types import MethodType
from typing import Any, ClassVar, Self, cast
from uuid import UUID

from prefect.engine.calls.signatures import Binder
from prefect.engine.calls.sources import plain_function
from prefect.exceptions import InvalidNameError, ReservedArgumentError
from prefect.utilities.annotations import NotSet

Hook = Callable[..., Any]
BANNED = "/%&><"


class Runnable:
    """Base of flows and tasks.

    Subclasses keep every option as it was given in `options`, so that `with_options` can change some of them.
    """

    kind: ClassVar[str]
    hook_kinds: ClassVar[tuple[str, ...]]
    reserved: ClassVar[tuple[str, ...]] = ("wait_for", "return_state")

    name: str
    fn: Callable[..., Any]
    binder: Binder
    _given_description: str | None
    isasync: bool
    isgenerator: bool
    options: dict[str, Any]

    def _wrap(self, fn: object, name: str | None, description: str | None) -> None:
        """Take over the function. Raises TypeError if it cannot be called, or ReservedArgumentError."""
        self.isclassmethod = isinstance(fn, classmethod)
        self.isstaticmethod = isinstance(fn, staticmethod)
        inner = fn.__func__ if isinstance(fn, (classmethod, staticmethod)) else fn
        if not callable(inner):
            raise TypeError("'fn' must be callable")
        update_wrapper(cast(Any, self), inner)
        self.fn = inner
        self.binder = Binder(inner)
        self.name = name or default_name(inner, self.kind)
        if self.kind == "flow" and name is not None:
            check_name(self.name)
        self._given_description = description
        self._look_at(inner)

    def _look_at(self, fn: Callable[..., Any]) -> None:
        flags = _code_flags(fn)
        self.isasync = bool(flags & (COROUTINE | ASYNC_GENERATOR))
        self.isgenerator = bool(flags & (GENERATOR | ASYNC_GENERATOR))
        for name in self.binder.names:
            if name in self.reserved:
                raise ReservedArgumentError(f"{name!r} is a reserved argument name and cannot be used.")

    @property
    def description(self) -> str | None:
        """What it does: as given, or the function's docstring."""
        if self._given_description is None and self.fn.__doc__:
            from inspect import cleandoc

            return cleandoc(self.fn.__doc__)
        return self._given_description

    @property
    def ismethod(self) -> bool:
        """Whether this is bound to an instance or class."""
        return isinstance(self.fn, MethodType)

    def __get__(self, instance: object, owner: type | None = None) -> Self:
        """As an attribute of a class: bound to the instance, or for class methods to the class."""
        if self.isstaticmethod:
            return self
        target = (owner or type(instance)) if self.isclassmethod else instance
        return self if target is None else self._bound_to(target)

    def _bound_to(self, target: object) -> Self:
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.fn = MethodType(self.fn, target)
        bound.binder = Binder(bound.fn)
        bound.__dict__.pop("_validator", None)
        return bound

    # --- hooks

    def _take_hooks(self, given: Mapping[str, Iterable[Hook] | None]) -> None:
        """Check the lists of hooks. Raises TypeError, naming the option, unless each is a list of callables."""
        for kind in self.hook_kinds:
            hooks = given.get(kind)
            if hooks is not None and (isinstance(hooks, (str, Mapping)) or not isinstance(hooks, Iterable)):
                raise TypeError(self._hook_error("iterable", kind, hooks))
            setattr(self, f"{kind}_hooks", list(hooks or ()))
            for hook in hooks or ():
                if not callable(hook):
                    raise TypeError(self._hook_error("callable", kind, hook))

    def _hook_error(self, expected: str, kind: str, value: object) -> str:
        decorator = f"@{self.kind}({kind}=[hook1, hook2])"
        if expected == "iterable":
            return (
                f"Expected iterable for '{kind}'; got {type(value).__name__} instead. Please provide a list of hooks to"
                f" '{kind}':\n\n{decorator}\ndef my_{self.kind}():\n\tpass"
            )
        return (
            f"Expected callables in '{kind}'; got {type(value).__name__} instead. Please provide a list of hooks to"
            f" '{kind}':\n\n{decorator}\ndef my_{self.kind}():\n\tpass"
        )

    def _add_hook(self, kind: str, hook: Hook) -> Hook:
        getattr(self, f"{kind}_hooks").append(hook)
        return hook

    def on_completion(self, fn: Hook) -> Hook:
        """Call `fn(flow or task, run, state)` when a run completes; usable as a decorator."""
        return self._add_hook("on_completion", fn)

    def on_failure(self, fn: Hook) -> Hook:
        """Call `fn(flow or task, run, state)` when a run fails; usable as a decorator."""
        return self._add_hook("on_failure", fn)

    def on_running(self, fn: Hook) -> Hook:
        """Call `fn(flow or task, run, state)` when a run starts; usable as a decorator."""
        return self._add_hook("on_running", fn)

    # --- options

    def _changed(self, changes: Mapping[str, Any]) -> Self:
        """A copy with options replaced by those given."""
        options = {**self.options, **{name: value for name, value in changes.items() if value is not NotSet}}
        for kind in self.hook_kinds:
            if changes.get(kind) in (None, NotSet):
                options[kind] = list(getattr(self, f"{kind}_hooks"))
        maker: Any = type(self)
        made: Self = maker(self.fn, **options)
        made.isclassmethod, made.isstaticmethod = self.isclassmethod, self.isstaticmethod
        return made

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


GENERATOR, COROUTINE, ASYNC_GENERATOR = 0x20, 0x80, 0x200
"""Flags of code objects (`inspect.CO_GENERATOR` and so on)."""


def _code_flags(fn: Callable[..., Any]) -> int:
    """Flags of the code that calling `fn` runs; 0 for functions that are not Python."""
    inner = plain_function(fn)
    code = getattr(inner, "__code__", None) or getattr(vars(type(inner)).get("__call__"), "__code__", None)
    return 0 if code is None else code.co_flags


def default_name(fn: Callable[..., Any], kind: str) -> str:
    """A function's name, for flows written with dashes; a callable object's is its class's."""
    inner = fn.func if isinstance(fn, partial) else fn
    name: str = getattr(inner, "__name__", None) or type(inner).__name__
    if kind == "flow":
        return "unknown-lambda" if name == "<lambda>" else name.replace("_", "-")
    return name


def check_options(kind: str, given: Mapping[str, object], known: Iterable[str]) -> None:
    """Raise TypeError, naming the first unknown option and what was probably meant."""
    for option in given:
        if option not in known:
            from difflib import get_close_matches

            close = get_close_matches(option, list(known), n=1)
            hint = f". Did you mean {close[0]!r}?" if close else ""
            raise TypeError(f"{kind}() got an unexpected keyword argument {option!r}{hint}")


def check_retries(retries: object) -> None:
    """Raise TypeError unless `retries` is a whole number, ValueError if it is negative."""
    if not isinstance(retries, int) or isinstance(retries, bool):
        raise TypeError(f"retries must be a whole number, not {retries!r}.")
    if retries < 0:
        raise ValueError(f"retries must be 0 or more, not {retries}.")


def check_retry_delay(delay: object, several: bool) -> None:
    """Raise TypeError unless `retry_delay_seconds` is a number, or with `several` a list of them; ValueError if negative."""
    given = delay if several and isinstance(delay, (list, tuple)) else (delay,)
    for seconds in given:
        if not isinstance(seconds, (int, float)):
            kinds = "a number, a list of numbers, or a function that returns one" if several else "a number"
            raise TypeError(f"retry_delay_seconds must be {kinds}, not {delay!r}.")
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"retry_delay_seconds must be 0 or more, and finite, not {delay!r}.")


def check_result_options(storage: object, serializer: object) -> None:
    """Raise TypeError, naming the option, unless results can be stored and serialized with what was given."""
    if not (storage is None or isinstance(storage, (str, UUID)) or _offers(storage, "read_path", "write_path")):
        if not hasattr(storage, "__fspath__"):
            raise TypeError(
                "result_storage must be a file system, the path of a folder, or the name of a saved block, such as"
                f" 'local-file-system/results', not {storage!r}."
            )
    if not (serializer is None or isinstance(serializer, str) or _offers(serializer, "dumps", "loads")):
        raise TypeError(
            f"result_serializer must be a serializer, or the name of one, such as 'json', not {serializer!r}."
        )


def check_task_runner(runner: object) -> None:
    """Raise TypeError unless tasks can be submitted to `runner`."""
    if runner is not None and not _offers(runner, "duplicate", "submit"):
        raise TypeError(
            f"task_runner must be a task runner, such as ThreadPoolTaskRunner(max_workers=4), not {runner!r}."
        )


def _offers(value: object, *methods: str) -> bool:
    return all(hasattr(value, method) for method in methods)


def check_name(name: object) -> None:
    """Raise TypeError unless a name is text, InvalidNameError if it has characters that addresses cannot carry."""
    if not isinstance(name, str):
        raise TypeError(f"Expected string for flow parameter 'name'; got {type(name).__name__} instead.")
    found = [character for character in BANNED if character in name]
    if found:
        raise InvalidNameError(f"Name {name!r} contains an invalid character. Must not contain any of: {list(BANNED)}.")
