from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefect.engine.results.file_locks import FileSystemLockManager
from prefect.engine.results.locks import MemoryLockManager
from prefect.engine.results.policies import (
    DEFAULT,
    FLOW_PARAMETERS,
    INPUTS,
    NO_CACHE,
    NONE,
    RUN_ID,
    STABLE_TRANSFORMS,
    TASK_SOURCE,
    CacheKeyFnPolicy,
    CachePolicy,
    CompoundCachePolicy,
    Inputs,
    RunId,
    TaskSource,
)
from prefect.exceptions import HashError


def double(x: int) -> int:
    return x * 2


def triple(x: int) -> int:
    return x * 3


def context(fn: Any = double, flow_run: int | None = 1, task_run: int = 2) -> SimpleNamespace:
    run = SimpleNamespace(flow_run_id=None if flow_run is None else UUID(int=flow_run), id=UUID(int=task_run))
    return SimpleNamespace(task=SimpleNamespace(fn=fn), task_run=run)


def key(policy: CachePolicy, /, fn: Any = double, flow: dict[str, Any] | None = None, **inputs: Any) -> str | None:
    return policy.compute_key(context(fn), inputs, flow or {})


def static(value: str | None) -> CachePolicy:
    return CachePolicy.from_cache_key_fn(lambda context, parameters: value)


# --- keys


def test_inputs_decide() -> None:
    assert key(INPUTS, a=1, b=2) == key(INPUTS, b=2, a=1)
    assert (
        len(
            {
                key(INPUTS, a=1),
                key(INPUTS, a=2),
                key(INPUTS, b=1),
                key(INPUTS, a=1.0),
                key(INPUTS, a=True),
                key(INPUTS, a="1"),
            }
        )
        == 6
    )
    assert key(INPUTS, a=[1, 2]) == key(INPUTS, a=(1, 2))
    assert key(INPUTS) is None


def test_inputs_left_out_do_not_count() -> None:
    assert key(INPUTS - "b", a=1, b=2) == key(INPUTS - "b", a=1, b=3) == key(INPUTS, a=1)
    assert key(INPUTS - "b", a=1, b=2) != key(INPUTS - "b", a=2, b=2)
    assert key(INPUTS - "a", a=1) is not None


def test_frames_count_by_content() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    assert key(INPUTS, x=frame) == key(INPUTS, x=frame.copy()) != key(INPUTS, x=frame + 1)


def test_source_decides() -> None:
    assert key(TASK_SOURCE) == key(TASK_SOURCE, x=5) != key(TASK_SOURCE, triple)
    told = context()
    told.task.source_code = "def work(): ..."
    assert TASK_SOURCE.compute_key(told, None, None) != key(TASK_SOURCE)


def test_the_run_decides() -> None:
    assert key(RUN_ID) == str(UUID(int=1))
    assert RUN_ID.compute_key(context(flow_run=None), {}, {}) == str(UUID(int=2))


def test_flow_parameters_decide() -> None:
    assert (
        key(FLOW_PARAMETERS, flow={"a": 1})
        == key(FLOW_PARAMETERS, flow={"a": 1}, x=1)
        != key(FLOW_PARAMETERS, flow={"a": 2})
    )
    assert key(FLOW_PARAMETERS) is None


def test_a_function_decides() -> None:
    seen: list[Any] = []

    def make(task_context: Any, parameters: dict[str, Any]) -> str:
        seen.append((task_context.task.fn, parameters))
        return "made"

    assert key(CacheKeyFnPolicy(cache_key_fn=make), x=1) == "made"
    assert seen == [(double, {"x": 1})]
    assert key(CacheKeyFnPolicy()) is None


def test_nothing_decides_nothing() -> None:
    assert key(NO_CACHE, x=1) is None
    assert NO_CACHE == NONE
    for policy in (INPUTS, RUN_ID, TASK_SOURCE, FLOW_PARAMETERS, CompoundCachePolicy(policies=[])):
        assert policy.compute_key(task_ctx=None, inputs={}, flow_parameters={}) is None


def test_the_default_looks_at_all_three() -> None:
    base = DEFAULT.compute_key(context(), {"x": 1}, {})
    others = [
        DEFAULT.compute_key(context(), {"x": 2}, {}),
        DEFAULT.compute_key(context(triple), {"x": 1}, {}),
        DEFAULT.compute_key(context(flow_run=9), {"x": 1}, {}),
    ]
    assert len({base, *others}) == 4
    assert DEFAULT.compute_key(context(), {"x": 1}, {"flow": 1}) == base


PARTS: list[CachePolicy] = [INPUTS, INPUTS - "y", TASK_SOURCE, RUN_ID, FLOW_PARAMETERS, static("a"), static("b")]


@given(st.lists(st.sampled_from(PARTS), min_size=2, max_size=5), st.randoms())
def test_keys_do_not_depend_on_the_order(parts: list[CachePolicy], random: Any) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    one, other = sum_of(parts), sum_of(shuffled)
    assert key(one, flow={"f": 1}, x=1, y=2) == key(other, flow={"f": 1}, x=1, y=2)


def sum_of(parts: list[CachePolicy]) -> CachePolicy:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


IN_ANOTHER_PROCESS = """
from types import SimpleNamespace as S
from uuid import UUID
from prefect.engine.results.policies import DEFAULT, FLOW_PARAMETERS
context = S(task=S(fn=lambda x: x in {"a", "b", "c"}), task_run=S(flow_run_id=UUID(int=1), id=UUID(int=2)))
print((DEFAULT + FLOW_PARAMETERS).compute_key(context, {"x": {"p", "q", "r"}, "y": {"k": {1, 2}}}, {"f": {"s", "t"}}))
"""


def test_keys_are_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 32


# --- no key rather than a shorter one


@pytest.mark.parametrize("policy", [INPUTS, DEFAULT, INPUTS + TASK_SOURCE, TASK_SOURCE + RUN_ID + INPUTS])
def test_an_input_without_content_means_no_key(policy: CachePolicy) -> None:
    with pytest.raises(HashError) as caught:
        key(policy, good=1, bad=threading.Lock())
    for part in ("Unable to create hash", "input 'bad'", "_thread.lock", "INPUTS - 'bad'", "NO_CACHE", "cache_key_fn"):
        assert part in str(caught.value)
    assert key(policy - "bad", good=1, bad=threading.Lock()) is not None


def test_a_flow_parameter_without_content_means_no_key() -> None:
    with pytest.raises(HashError, match="flow parameter 'p'"):
        key(FLOW_PARAMETERS + TASK_SOURCE, flow={"p": threading.Lock()})


def test_who_declines_takes_the_run_out_of_the_cache() -> None:
    assert key(static(None), x=1) is None
    assert key(static(None) + INPUTS, x=1) is None
    assert key(INPUTS + TASK_SOURCE + static(None), x=1) is None
    assert key(static("a") + INPUTS, x=1) is not None


def test_who_has_nothing_to_look_at_adds_nothing() -> None:
    assert key(INPUTS + TASK_SOURCE) == key(TASK_SOURCE + INPUTS) is not None
    assert key(INPUTS + FLOW_PARAMETERS) is None


def test_transforms_of_the_users() -> None:
    class Handle:
        def __init__(self, name: str) -> None:
            self.name, self.lock = name, threading.Lock()

    with pytest.raises(HashError):
        key(INPUTS, x=Handle("a"))
    STABLE_TRANSFORMS[Handle] = lambda handle: handle.name
    try:
        assert key(INPUTS, x=Handle("a")) == key(INPUTS, x=Handle("a")) != key(INPUTS, x=Handle("b"))
    finally:
        del STABLE_TRANSFORMS[Handle]


# --- algebra


def test_sums() -> None:
    assert isinstance(INPUTS + RUN_ID, CompoundCachePolicy)
    assert (INPUTS + RUN_ID).policies == [RunId(), Inputs()]  # type: ignore[attr-defined]
    assert (INPUTS + TASK_SOURCE + RUN_ID) + INPUTS == DEFAULT
    assert repr(DEFAULT).startswith(
        "CompoundCachePolicy(key_storage=None, isolation_level=None, lock_manager=None, policies=[TaskSource("
    )


def test_no_cache_is_neutral() -> None:
    assert INPUTS + NO_CACHE == NO_CACHE + INPUTS == INPUTS
    assert NO_CACHE + NONE == NO_CACHE


def test_differences() -> None:
    assert (INPUTS - "x" - "y").exclude == ["x", "y"]  # type: ignore[attr-defined]
    assert (DEFAULT - "x").policies[-1] == Inputs(exclude=["x"])  # type: ignore[attr-defined]
    assert ((INPUTS - "x") + (INPUTS - "y")).policies == [Inputs(exclude=["x", "y"])]  # type: ignore[attr-defined]
    for policy in (TASK_SOURCE, RUN_ID, NO_CACHE, FLOW_PARAMETERS, TASK_SOURCE + RUN_ID):
        assert policy - "x" == policy
    for wrong in (5, ["x"]):
        with pytest.raises(TypeError, match="Can only subtract strings"):
            INPUTS - wrong  # type: ignore[operator]


def test_settings_travel_with_sums(tmp_path: Any) -> None:
    locks = MemoryLockManager()
    policy = INPUTS.configure(key_storage=tmp_path, isolation_level="SERIALIZABLE") + TASK_SOURCE.configure(
        lock_manager=locks
    )
    assert (policy.key_storage, policy.isolation_level, policy.lock_manager) == (tmp_path, "SERIALIZABLE", locks)
    assert (policy - "x").key_storage == tmp_path
    assert all(part.key_storage is None for part in policy.policies)  # type: ignore[attr-defined]
    assert INPUTS.key_storage is None
    assert (INPUTS - "x").configure(key_storage="a").exclude == ["x"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ({"key_storage": "/a"}, {"key_storage": "/b"}, "storage locations"),
        ({"isolation_level": "SERIALIZABLE"}, {"isolation_level": "READ_COMMITTED"}, "isolation levels"),
        (
            {"lock_manager": MemoryLockManager()},
            {"lock_manager": FileSystemLockManager("/tmp/locks")},
            "lock implementations",
        ),
    ],
)
def test_settings_that_conflict(one: dict[str, Any], other: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=f"Cannot add CachePolicies with different {what}"):
        INPUTS.configure(**one) + TASK_SOURCE.configure(**other)
    assert (INPUTS.configure(**one) + TASK_SOURCE.configure(**one)) is not None


@pytest.mark.parametrize(
    ("policy", "scoped"),
    [
        (DEFAULT, True),
        (RUN_ID, True),
        (INPUTS + RUN_ID, True),
        (INPUTS, False),
        (NO_CACHE, False),
        (INPUTS + TASK_SOURCE, False),
        (static("a"), False),
    ],
)
def test_policies_that_only_hit_within_a_run(policy: CachePolicy, scoped: bool) -> None:
    assert policy.run_scoped is scoped
    assert (policy - "x").run_scoped is scoped


# --- the users' own


@dataclass
class Versioned(CachePolicy):
    version: str = "1"

    def compute_key(self, task_ctx: Any, inputs: Any, flow_parameters: Any, **kwargs: Any) -> str | None:
        return self.version


def test_own_policies() -> None:
    assert key(Versioned(version="2")) == "2"
    assert (
        key(Versioned(version="2") + INPUTS, x=1)
        == key(INPUTS + Versioned(version="2"), x=1)
        != key(Versioned(version="3") + INPUTS, x=1)
    )
    configured = Versioned(version="2").configure(key_storage="/a")
    assert (configured.key_storage, configured.version) == ("/a", "2")
    assert Versioned(version="2").key_storage is None


def test_own_policies_have_to_say_how() -> None:
    with pytest.raises(NotImplementedError, match="CachePolicy has to define 'compute_key'"):
        key(CachePolicy())


def test_policies_are_compared_by_value() -> None:
    assert TaskSource() == TASK_SOURCE != RUN_ID
    assert Inputs(exclude=["a"]) != Inputs(exclude=["b"])
    with pytest.raises(TypeError):
        hash(INPUTS)
