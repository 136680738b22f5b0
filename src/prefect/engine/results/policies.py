"""Cache policies: from what the key of a task run is made under which its result may be used again.

Policies are added to combine what they look at (`INPUTS + TASK_SOURCE`), and names of inputs are subtracted
to leave these out (`INPUTS - "debug"`). A key does not depend on the order of either.

A key that cannot be worked out means no key at all: `compute_key` raises HashError, and the run is not
cached. It is never made from the rest, since a shorter key would find results of other inputs. Likewise a key
function (or a policy of the user's own) that returns None takes the run out of the cache, whatever it is
combined with; the policies here that have nothing to look at (no inputs, no flow) merely add nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any, Self

from prefect.engine.results.filesystems import WritableFileSystem
from prefect.engine.results.locks import LockManager
from prefect.exceptions import HashError
from prefect.utilities.hashing import UNHASHABLE, hash_objects, source_hash, stable_hash

CacheKeyFn = Callable[[Any, dict[str, Any]], str | None]
KeyStorage = WritableFileSystem | str | Path
Values = Mapping[str, Any]

STABLE_TRANSFORMS: dict[type, Callable[[object], object]] = {}
"""What stands in for inputs of a type when their key is made; users may add their own types."""


class CachePolicy:
    """How cache keys are made; subclasses define `compute_key`.

    Args:
        key_storage: where keys are kept apart from the results they lead to.
        isolation_level: "READ_COMMITTED", or "SERIALIZABLE" to let one run at a time compute a key.
        lock_manager: guards keys, as "SERIALIZABLE" needs.
    """

    key_storage: KeyStorage | None = None
    isolation_level: str | None = None
    lock_manager: LockManager | None = None

    def __init__(
        self,
        key_storage: KeyStorage | None = None,
        isolation_level: str | None = None,
        lock_manager: LockManager | None = None,
    ) -> None:
        self.key_storage = key_storage
        self.isolation_level = isolation_level
        self.lock_manager = lock_manager

    @property
    def run_scoped(self) -> bool:
        """Whether a key can only ever be met again within the same flow run."""
        return False

    @property
    def _configured(self) -> dict[str, Any]:
        names = ("key_storage", "isolation_level", "lock_manager")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_cache_key_fn(cls, cache_key_fn: CacheKeyFn) -> CacheKeyFnPolicy:
        """The policy whose keys a function makes from the run's context and its inputs."""
        return CacheKeyFnPolicy(cache_key_fn=cache_key_fn)

    def configure(
        self,
        key_storage: KeyStorage | None = None,
        lock_manager: LockManager | None = None,
        isolation_level: str | None = None,
    ) -> Self:
        """This policy with other settings; those not given stay."""
        changed = copy(self)
        given = {"key_storage": key_storage, "lock_manager": lock_manager, "isolation_level": isolation_level}
        for name, value in given.items():
            if value is not None:
                setattr(changed, name, value)
        return changed

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """The key of a task run; None if it is not cached.

        Args:
            task_ctx: the run's context, with `task` and `task_run`.
            inputs: the task's parameters by name.
            flow_parameters: those of its flow.

        Raises HashError if a value that matters cannot be hashed.
        """
        raise _undefined(self)

    def __sub__(self, other: str) -> CachePolicy:
        if not isinstance(other, str):
            raise TypeError("Can only subtract strings from key policies.")
        return self

    def __add__(self, other: CachePolicy) -> CachePolicy:
        both = {
            "storage locations": (self.key_storage, other.key_storage),
            "isolation levels": (self.isolation_level, other.isolation_level),
            "lock implementations": (self.lock_manager, other.lock_manager),
        }
        for what, (one, another) in both.items():
            if one is not None and another is not None and one != another:
                raise ValueError(f"Cannot add CachePolicies with different {what}.")
        if isinstance(other, _None):
            return self
        if isinstance(self, _None):
            return other
        joint = {name: value or getattr(other, name) for name, value in self._configured.items()}
        return CompoundCachePolicy(**joint, policies=[self, other])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(self) == vars(other)

    def __repr__(self) -> str:
        shown = {**self._configured, **vars(self)}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def _undefined(policy: CachePolicy) -> NotImplementedError:
    return NotImplementedError(f"The cache policy {type(policy).__name__} has to define 'compute_key'.")


class CacheKeyFnPolicy(CachePolicy):
    """Keys made by a function of the run's context and its inputs.

    Args:
        cache_key_fn: the function; None from it means the run is not cached.
    """

    def __init__(
        self,
        key_storage: KeyStorage | None = None,
        isolation_level: str | None = None,
        lock_manager: LockManager | None = None,
        cache_key_fn: CacheKeyFn | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        self.cache_key_fn = cache_key_fn

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """What the function returns."""
        return self.cache_key_fn(task_ctx, dict(inputs)) if self.cache_key_fn is not None else None


class CompoundCachePolicy(CachePolicy):
    """Keys made from those of several policies.

    Args:
        policies: taken apart if compound themselves; those on inputs are joined, equal ones count once.
    """

    def __init__(
        self,
        key_storage: KeyStorage | None = None,
        isolation_level: str | None = None,
        lock_manager: LockManager | None = None,
        policies: list[CachePolicy] | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        self.policies = _joined(policies or [])

    @property
    def run_scoped(self) -> bool:
        """Whether one of the policies is."""
        return any(policy.run_scoped for policy in self.policies)

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """One hash of all keys; None if a policy declines, or none has anything to add."""
        parts: list[tuple[str, str]] = []
        for policy in self.policies:
            key = policy.compute_key(task_ctx, inputs, flow_parameters, **kwargs)
            if key is not None:
                parts.append((type(policy).__qualname__, key))
            elif not isinstance(policy, _ADDING_NOTHING):
                return None
        return hash_objects(*sorted(parts)) if parts else None

    def __sub__(self, other: str) -> CachePolicy:
        super().__sub__(other)
        return type(self)(**self._configured, policies=[policy - other for policy in self.policies])


def _joined(policies: list[CachePolicy]) -> list[CachePolicy]:
    """Policies in order, without their settings; one on inputs, last, in the place of all such."""
    flat = [part for policy in policies for part in _parts(policy)]
    found: list[CachePolicy] = []
    for policy in flat:
        bare = copy(policy)
        bare.key_storage = bare.isolation_level = bare.lock_manager = None
        if not isinstance(policy, Inputs) and bare not in found:
            found.append(bare)
    excluded = [policy.exclude for policy in flat if isinstance(policy, Inputs)]
    return [*found, Inputs(exclude=_union(excluded))] if excluded else found


def _parts(policy: CachePolicy) -> list[CachePolicy]:
    return policy.policies if isinstance(policy, CompoundCachePolicy) else [policy]


def _union(lists: list[list[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


class _None(CachePolicy):
    """No key, so no caching; adds nothing to other policies."""

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """None."""
        return None


class TaskSource(CachePolicy):
    """Keys that change with the task's source code."""

    def compute_key(
        self, task_ctx: Any, inputs: Values | None, flow_parameters: Values | None, **kwargs: Any
    ) -> str | None:
        """The hash of the task's source, or byte code where there is no source; worked out once per function."""
        if not task_ctx:
            return None
        code = getattr(task_ctx.task, "source_code", None)
        return stable_hash(code) if isinstance(code, str) else source_hash(task_ctx.task.fn)


class FlowParameters(CachePolicy):
    """Keys that change with the parameters of the flow."""

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """The hash of the flow's parameters; None without any."""
        return _hash_values(flow_parameters, "flow parameter") if flow_parameters else None


class RunId(CachePolicy):
    """Keys of this flow run alone; of this task run alone outside of flows."""

    @property
    def run_scoped(self) -> bool:
        """True."""
        return True

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """The run's id."""
        if not task_ctx:
            return None
        return str(task_ctx.task_run.flow_run_id or task_ctx.task_run.id)


class Inputs(CachePolicy):
    """Keys that change with the inputs of the task.

    Args:
        exclude: names of inputs that do not matter.
    """

    def __init__(
        self,
        key_storage: KeyStorage | None = None,
        isolation_level: str | None = None,
        lock_manager: LockManager | None = None,
        exclude: list[str] | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        self.exclude = list(exclude or ())

    def compute_key(self, task_ctx: Any, inputs: Values, flow_parameters: Values, **kwargs: Any) -> str | None:
        """The hash of the inputs by name; None without any."""
        if not inputs:
            return None
        counted = {name: _stable(value) for name, value in inputs.items() if name not in self.exclude}
        return _hash_values(counted, "input")

    def __sub__(self, other: str) -> CachePolicy:
        super().__sub__(other)
        return type(self)(**self._configured, exclude=_union([self.exclude, [other]]))


def _stable(value: object) -> object:
    transform = STABLE_TRANSFORMS.get(type(value))
    return value if transform is None else transform(value)


def _hash_values(values: Values, what: str) -> str | None:
    """One hash of named values. Raises HashError, naming the first that has none."""
    key = hash_objects(dict(values))
    if key is not None:
        return key
    for name, value in values.items():
        try:
            hash_objects(value, raise_on_failure=True)
        except HashError as error:
            cause = str(error).removeprefix(UNHASHABLE).strip()
            raise HashError(
                f"{UNHASHABLE} The {what} {name!r} has no content to hash: {cause}. Leave it out with "
                f"`cache_policy=INPUTS - {name!r}`, give a cache_key_fn, or set `cache_policy=NO_CACHE`."
            ) from error
    raise HashError(UNHASHABLE)


_ADDING_NOTHING = (_None, TaskSource, FlowParameters, RunId, Inputs)

INPUTS = Inputs()
NONE = _None()
NO_CACHE = _None()
TASK_SOURCE = TaskSource()
FLOW_PARAMETERS = FlowParameters()
RUN_ID = RunId()
DEFAULT = INPUTS + TASK_SOURCE + RUN_ID
