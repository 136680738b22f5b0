"""Public helpers users build on: annotations, hashing, collections, calls, task runners by hand."""

from dataclasses import dataclass

from prefect import allow_failure, flow, task, unmapped
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import freeze, opaque, quote
from prefect.utilities.callables import get_call_parameters, get_parameter_defaults, parameters_to_args_kwargs
from prefect.utilities.collections import (
    batched_iterable,
    deep_merge,
    dict_to_flatdict,
    ensure_iterable,
    flatdict_to_dict,
    get_from_dict,
    isiterable,
    listrepr,
    remove_nested_keys,
    set_in_dict,
    visit_collection,
)
from prefect.utilities.hashing import hash_objects, stable_hash
from tests.compat.support import attempt, case, observe


@task
def double(x):
    """At module level, so that another process can import it."""
    return x * 2


@case
def annotations():
    made = [unmapped([1]), allow_failure(2), quote("q"), opaque(3), freeze({"a": 1})]
    return [
        [
            type(each).__name__,
            each.unwrap(),
            repr(each),
            each == type(each)(each.value),
            type(each.rewrap(0)).__name__,
        ]
        for each in made
    ]


@case
def unmapped_indexing():
    return [unmapped(5)[0], unmapped(5)[99]]


@case
def hashes():
    return [
        hash_objects(1, "a") == hash_objects(1, "a"),
        hash_objects(1, "a") == hash_objects("a", 1),
        len(hash_objects({"a": [1]})),
        stable_hash("a") == stable_hash("a"),
        stable_hash("a", "b") == stable_hash("ab"),
        stable_hash("a") == stable_hash(b"a"),
    ]


@case
def hash_of_unhashable_objects():
    import threading

    return [
        attempt(hash_objects, threading.Lock()),
        type(attempt(hash_objects, threading.Lock(), raise_on_failure=True)).__name__,
    ]


@case
def calls():
    def f(a, b=2, *args, c, d=4, **kwargs):
        return None

    return [
        get_call_parameters(f, (1,), {"c": 3}),
        get_call_parameters(f, (1, 2, 3), {"c": 3, "x": 9}),
        get_call_parameters(f, (1,), {"c": 3}, apply_defaults=False),
        get_parameter_defaults(f),
        parameters_to_args_kwargs(f, {"a": 1, "b": 2, "args": (5,), "c": 3, "d": 4, "kwargs": {"x": 1}}),
        attempt(get_call_parameters, f, (), {}),
    ]


@case
def small_collections():
    nested = {"a": {"b": 1, "c": {"d": 2}}}
    return [
        dict_to_flatdict(nested),
        flatdict_to_dict(dict_to_flatdict(nested)) == nested,
        deep_merge({"a": {"b": 1}}, {"a": {"c": 2}}),
        [list(batch) for batch in batched_iterable(range(5), 2)],
        [ensure_iterable(5), ensure_iterable([5]), isiterable("a"), isiterable([1]), isiterable(5)],
        listrepr([1, "a"], sep="\n"),
        remove_nested_keys(["b"], nested),
        [get_from_dict(nested, "a.c.d"), get_from_dict(nested, ["a", "x"], default="none")],
    ]


@case
def setting_in_a_dictionary():
    target = {"a": {"b": 1}}
    set_in_dict(target, "a.c", 2)
    set_in_dict(target, ["x", "y"], 3)
    return target


@case
def visiting():
    @dataclass
    class Box:
        value: object

    def add(value):
        return value + 1 if isinstance(value, int) else value

    seen = []
    visit_collection({"a": [1, (2, 3)], "b": "text"}, seen.append)
    return [
        visit_collection([1, {"k": (2, {3})}, "text"], add, return_data=True),
        visit_collection(Box([1, 2]), add, return_data=True).value,
        visit_collection([1, [2, [3]]], add, return_data=True, max_depth=1),
        visit_collection([1, 2], add),
        len(seen),
        visit_collection([quote([1])], add, return_data=True)[0].unwrap(),
    ]


@case
def runner_by_hand():
    def body():
        with ThreadPoolTaskRunner(max_workers=2) as runner:
            future = runner.submit(double, parameters={"x": 4})
            many = runner.map(double, parameters={"x": [1, 2]})
            wait([future, *many])
            return [future.result(), [each.result() for each in many]]

    return flow(body, name="main")()


@case
def runner_not_started():
    return observe(attempt(ThreadPoolTaskRunner().submit, double, {"x": 1}))


@case
def runner_started_twice():
    def body():
        with ThreadPoolTaskRunner() as runner, runner:
            return 1

    return observe(attempt(body))


@case
def tasks_in_processes():
    from prefect.task_runners import ProcessPoolTaskRunner

    @flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
    def main():
        return double.map([1, 2]).result()

    return attempt(main)
