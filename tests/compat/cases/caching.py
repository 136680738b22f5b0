"""Caching: policies and their algebra, key functions, expiration, refresh."""

import time
from datetime import timedelta

from prefect import flow, task
from prefect.cache_policies import (
    DEFAULT,
    FLOW_PARAMETERS,
    INPUTS,
    NO_CACHE,
    NONE,
    RUN_ID,
    TASK_SOURCE,
    CacheKeyFnPolicy,
    CachePolicy,
    CompoundCachePolicy,
    Inputs,
)
from prefect.filesystems import LocalFileSystem
from prefect.results import ResultStore
from prefect.tasks import task_input_hash
from tests.compat.support import Counter, attempt, case, in_loop, logged, nonce, observe


def _twice(*arguments, **options):
    """Call a task for each argument; give the names of its states and how often its function ran."""
    counter = Counter()

    @task(name="work", persist_result=options.pop("persist_result", True), **options)
    def work(x, y=0):
        counter(x)
        return x

    def body():
        return [work(*(each if isinstance(each, tuple) else (each,)), return_state=True).name for each in arguments]

    return [flow(body, name="main")(), counter.count]


@case
def default_policy_without_persistence():
    key = nonce()
    return _twice(key, key, persist_result=None)


@case
def default_policy_with_persistence():
    key = nonce()
    return _twice(key, key, nonce())


@case
def default_policy_between_runs():
    key = nonce()
    counter = Counter()

    @task(persist_result=True)
    def work(x):
        return counter(x)

    main = flow(lambda: work(key), name="main")
    return [main(), main(), counter.count]


@case
def inputs():
    key = nonce()
    return [_twice(key, key, cache_policy=INPUTS), _twice((key, 1), (key, 2), cache_policy=INPUTS)]


@case
def inputs_between_runs():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS)
    def work(x):
        return counter(x)

    main = flow(lambda: work(key), name="main")
    return [main(), main(), counter.count]


@case
def a_policy_switches_persistence_on():
    key = nonce()
    return _twice(key, key, cache_policy=INPUTS, persist_result=None)


@case
def a_policy_with_persistence_off():
    key = nonce()
    return _twice(key, key, cache_policy=INPUTS, persist_result=False)


@case
def cached_state():
    key = nonce()
    work = task(lambda x: x * 2, name="work", cache_policy=INPUTS, persist_result=True)

    def body():
        states = [work(key, return_state=True), work(key, return_state=True)]
        return observe([states, [state.result() for state in states]])

    return flow(body, name="main")()


@case
def no_cache():
    key = nonce()
    return [_twice(key, key, cache_policy=NO_CACHE), _twice(key, key, cache_policy=NONE)]


@case
def no_cache_is_none_policy():
    key = nonce()
    return [NO_CACHE == NONE, type(NO_CACHE).__name__, _twice(key, key, cache_policy=None)]


@case
def run_id():
    key = nonce()
    counter = Counter()

    @task(cache_policy=RUN_ID, persist_result=True)
    def work(x):
        return counter(x)

    main = flow(lambda: [work(key), work(key), work("another")], name="main")
    return [main(), main(), counter.count]


@case
def task_source():
    key = nonce()
    counter = Counter()

    def first(x):
        return counter(key and x)

    work = task(first, name="work", cache_policy=TASK_SOURCE + CacheKeyFnPolicy(cache_key_fn=lambda *_: key))
    return [flow(lambda: [work(1), work(2)], name="main")(), counter.count]


@case
def flow_parameters():
    key = nonce()
    counter = Counter()

    @task(cache_policy=FLOW_PARAMETERS + CacheKeyFnPolicy(cache_key_fn=lambda *_: key), persist_result=True)
    def work(x):
        return counter(x)

    @flow
    def main(parameter):
        return [work(1), work(2)]

    return [main(1), main(1), main(2), counter.count]


@case
def sum_of_policies():
    key = nonce()
    return [
        _twice((key, 1), (key, 1), (key, 2), cache_policy=INPUTS + RUN_ID),
        type(INPUTS + RUN_ID).__name__,
        len((INPUTS + RUN_ID + TASK_SOURCE).policies),
    ]


@case
def policy_without_an_input():
    key = nonce()
    return _twice((key, 1), (key, 2), (nonce(), 1), cache_policy=INPUTS - "y")


@case
def default_without_an_input():
    key = nonce()
    return _twice((key, 1), (key, 2), cache_policy=DEFAULT - "y")


@case
def policy_without_an_unknown_input():
    key = nonce()
    return _twice((key, 1), (key, 2), cache_policy=INPUTS - "nothing")


@case
def policy_algebra_types():
    return [
        type(INPUTS - "x").__name__,
        (INPUTS - "x").exclude,
        type(DEFAULT).__name__,
        type(RUN_ID - "x").__name__,
        type(NO_CACHE + INPUTS).__name__,
        type(INPUTS + NO_CACHE).__name__,
        attempt(lambda: INPUTS + 5),
        attempt(lambda: INPUTS - 5),
        Inputs(exclude=["a", "b"]).exclude,
    ]


@case
def no_cache_is_neutral_in_sums():
    key = nonce()
    return _twice(key, key, cache_policy=NO_CACHE + INPUTS)


@case
def own_policy_class():
    from dataclasses import dataclass

    @dataclass
    class Static(CachePolicy):
        key: str = "static"

        def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
            return self.key

    return [_twice(1, 2, cache_policy=Static(key=nonce())), _twice(1, 1, cache_policy=CachePolicy())]


@case
def own_policy_giving_none():
    class Never(CachePolicy):
        def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
            return None

    return _twice(1, 1, cache_policy=Never())


@case
def key_of_no_policies():
    return [
        NO_CACHE.compute_key(task_ctx=None, inputs={"a": 1}, flow_parameters={}),
        INPUTS.compute_key(task_ctx=None, inputs={}, flow_parameters={}),
        RUN_ID.compute_key(task_ctx=None, inputs={"a": 1}, flow_parameters={}),
        CompoundCachePolicy(policies=[]).compute_key(task_ctx=None, inputs={"a": 1}, flow_parameters={}),
        FLOW_PARAMETERS.compute_key(task_ctx=None, inputs={}, flow_parameters={}),
    ]


@case
def input_keys_tell_values_apart():
    def key(**inputs):
        return INPUTS.compute_key(task_ctx=None, inputs=inputs, flow_parameters={})

    return [
        key(a=1) == key(a=1),
        key(a=1) == key(a=2),
        key(a=1) == key(b=1),
        key(a=1, b=2) == key(b=2, a=1),
        key(a=[1, 2]) == key(a=(1, 2)),
        key(a={"x": 1, "y": 2}) == key(a={"y": 2, "x": 1}),
        key(a=1) == key(a=1.0),
        key(a=1) == key(a=True),
        len(key(a=1)),
    ]


@case
def key_function():
    key = nonce()
    return _twice(1, 2, cache_key_fn=lambda context, parameters: key)


@case
def key_function_arguments():
    seen = []

    def key(context, parameters):
        seen.append([context.task.name, type(context).__name__, parameters])
        return nonce()

    _twice(1, cache_key_fn=key)
    return observe(seen)


@case
def key_function_giving_none():
    return _twice(1, 1, cache_key_fn=lambda context, parameters: None)


@case
def key_function_that_fails():
    def key(context, parameters):
        raise RuntimeError("key")

    with logged() as records:
        outcome = _twice(1, 1, cache_key_fn=key)
    return [outcome, sorted({record.levelname for record in records} - {"INFO"})]


@case
def key_function_and_policy_together():
    return [
        type(attempt(task, lambda: 1, cache_key_fn=lambda *_: "a", cache_policy=INPUTS)).__name__,
        type(task(lambda: 1, cache_key_fn=lambda *_: "a").cache_policy).__name__,
    ]


@case
def task_input_hash_as_key_function():
    key = nonce()
    return _twice((key, 1), (key, 1), (key, 2), cache_key_fn=task_input_hash)


@case
def expiration():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS, cache_expiration=timedelta(milliseconds=250), persist_result=True)
    def work(x):
        return counter(x)

    @flow
    def main():
        values = [work(key), work(key)]
        time.sleep(0.4)
        return [*values, work(key)]

    return [main(), counter.count]


@case
def long_expiration():
    key = nonce()
    return _twice(key, key, cache_policy=INPUTS, cache_expiration=timedelta(hours=1))


@case
def refresh():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    def work(x):
        return counter(x)

    def body():
        return [work(key), work(key), work.with_options(refresh_cache=True)(key), work(key)]

    return [flow(body, name="main")(), counter.count]


@case
def failures_are_not_cached():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    def work(x):
        if counter() == 1:
            raise ValueError("once")
        return counter.count

    return flow(lambda: [work(key, return_state=True).name, work(key), work(key)], name="main")()


@case
def inputs_that_cannot_be_hashed():
    import threading

    counter = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    def work(x):
        return counter()

    with logged() as records:
        values = flow(lambda: [work(threading.Lock()), work(threading.Lock())], name="main")()
    return [values, sorted({record.levelname for record in records} - {"INFO"})]


@case
def cached_value_is_stored_not_shared():
    key = nonce()
    work = task(lambda x: [x], name="work", cache_policy=INPUTS, persist_result=True)

    def body():
        first = work(key)
        first.append("changed")
        return len(work(key))

    return flow(body, name="main")()


@case
def mapped_tasks_share_the_cache():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    def work(x):
        counter(x)
        return 1

    def body():
        work(key)
        return work.map([key, key]).result()

    return [flow(body, name="main")(), counter.count]


@case
def async_tasks():
    key = nonce()
    counter = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    async def work(x):
        return counter(x)

    @flow
    async def main():
        return [await work(key), await work(key)]

    return [in_loop(main()), counter.count]


@case
def tasks_outside_flows():
    key = nonce()
    counter = Counter()
    work = task(lambda x: counter(x), name="work", cache_policy=INPUTS, persist_result=True)
    return [work(key), work(key), counter.count]


@case
def result_storage_key():
    from tests.compat.support import folder

    with folder() as path:

        @task(persist_result=True, result_storage=path, result_storage_key="kept-{parameters[x]}")
        def work(x):
            return x * 2

        flow(lambda: work(4), name="main")()
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))
        return [sorted(item.name for item in path.iterdir()), store.read("kept-4").result]


@case
def expiration_without_a_policy_key():
    return [task(lambda: 1, cache_expiration=timedelta(hours=1)).cache_expiration == timedelta(hours=1)]


@case
def key_storage():
    from tests.compat.support import folder

    key = nonce()
    with folder() as path:
        work = task(lambda x: x, name="work", cache_policy=INPUTS.configure(key_storage=path), persist_result=True)
        names = flow(lambda: [work(key, return_state=True).name for _ in range(2)], name="main")()
        return [names, len(list(path.iterdir()))]
