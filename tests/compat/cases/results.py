"""Results: persistence, storages, serializers, reading back, what is missing."""

import json
from dataclasses import dataclass

from prefect import flow, task
from prefect.filesystems import LocalFileSystem
from prefect.results import ResultStore, get_result_store, resolve_serializer, should_persist_result
from prefect.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
)
from prefect.settings import PREFECT_RESULTS_PERSIST_BY_DEFAULT, temporary_settings
from tests.compat.support import attempt, case, folder, in_loop, observe


@dataclass
class Point:
    """A value that only pickle keeps as it is."""

    x: int
    y: int


def _stored(path):
    return sorted(item for item in path.rglob("*") if item.is_file())


@case
def state_result_without_persistence():
    work = task(lambda: [1, 2], name="work")
    return flow(lambda: work(return_state=True).result(), name="main")()


@case
def flow_state_result_after_the_run():
    return [
        flow(lambda: [1, 2], name="main")(return_state=True).result(),
        flow(lambda: [1, 2], name="main", persist_result=True)(return_state=True).result(),
    ]


@case
def not_kept_in_memory():
    work = task(lambda: 5, name="work", cache_result_in_memory=False)
    kept = task(lambda: 5, name="work", cache_result_in_memory=False, persist_result=True)
    return flow(
        lambda: observe(
            [attempt(work(return_state=True).result), attempt(kept(return_state=True).result), attempt(work)]
        ),
        name="main",
    )()


@case
def files_of_a_persisted_task():
    with folder() as path:
        work = task(lambda: 5, name="work", persist_result=True, result_storage=path)
        flow(lambda: work(), name="main")()
        return len(_stored(path))


@case
def files_without_persistence():
    with folder() as path:
        work = task(lambda: 5, name="work", result_storage=path, persist_result=False)
        flow(lambda: work(), name="main")()
        return len(_stored(path))


@case
def a_storage_switches_persistence_on():
    with folder() as path:
        work = task(lambda: 5, name="work", result_storage=path)
        return [work.persist_result, flow(lambda: 5, name="main", result_storage=path).persist_result]


@case
def options_that_switch_persistence_on():
    return [
        task(lambda: 1).persist_result,
        task(lambda: 1, result_serializer="json").persist_result,
        task(lambda: 1, result_storage_key="k").persist_result,
        task(lambda: 1, persist_result=False).persist_result,
        flow(lambda: 1).persist_result,
        flow(lambda: 1, result_serializer="json").persist_result,
        flow(lambda: 1, persist_result=True).persist_result,
    ]


@case
def tasks_inherit_from_their_flow():
    seen = []

    @task
    def work():
        seen.append(should_persist_result())

    @task(persist_result=False)
    def never():
        seen.append(should_persist_result())

    flow(lambda: [work(), never()], name="main", persist_result=True)()
    flow(lambda: [work(), never()], name="main")()
    return seen


@case
def setting_for_persistence():
    seen = []
    with temporary_settings({PREFECT_RESULTS_PERSIST_BY_DEFAULT: True}):
        task(lambda: seen.append(should_persist_result()), name="work")()
        task(lambda: seen.append(should_persist_result()), name="work", persist_result=False)()
    task(lambda: seen.append(should_persist_result()), name="work")()
    return seen


@case
def record_on_disk():
    with folder() as path:
        work = task(
            lambda: {"a": 1},
            name="work",
            persist_result=True,
            result_storage=path,
            result_serializer="json",
            result_storage_key="here",
        )
        flow(lambda: work(), name="main")()
        record = json.loads((path / "here").read_text())
        return [sorted(record), sorted(record["metadata"]), record["result"]]


@case
def serializers_by_name():
    return {name: _kept_as(name) for name in ("json", "pickle", "compressed/json", "compressed/pickle")}


def _kept_as(serializer):
    with folder() as path:
        work = task(
            lambda: {"a": [1, "b"]},
            name="work",
            persist_result=True,
            result_storage=path,
            result_serializer=serializer,
            result_storage_key="here",
        )
        flow(lambda: work(), name="main")()
        local = LocalFileSystem(basepath=str(path))
        return ResultStore(result_storage=local, serializer=resolve_serializer(serializer)).read("here").result


@case
def unknown_serializer():
    return [
        attempt(lambda: task(lambda: 1, name="work", result_serializer="nothing")()),
        attempt(lambda: task(lambda: 1, name="work", result_serializer=5)()),
    ]


@case
def json_cannot_keep_everything():
    work = task(lambda: object(), name="work", persist_result=True, result_serializer="json")
    return flow(lambda: observe(attempt(work)) != 5, name="main", persist_result=False)(return_state=True)


@case
def value_that_cannot_be_pickled():
    import threading

    work = task(lambda: threading.Lock(), name="work", persist_result=True)
    state = attempt(flow(lambda: work(return_state=True), name="main"), return_state=True)
    return observe(state)["state"]


@case
def value_that_cannot_be_pickled_without_persistence():
    import threading

    work = task(lambda: threading.Lock(), name="work")
    return flow(lambda: type(work()).__name__, name="main")()


@case
def generator_as_a_result():
    work = task(lambda: (n for n in range(3)), name="work")
    return flow(lambda: list(work()), name="main")()


@case
def round_trips():
    kinds = {
        "pickle": PickleSerializer(),
        "json": JSONSerializer(),
        "compressed": CompressedSerializer(serializer="pickle"),
        "compressed json": CompressedJSONSerializer(),
        "compressed pickle": CompressedPickleSerializer(),
    }
    values = [1, "text", None, [1, {"a": 2}], {"k": [True, 1.5]}]
    return {name: [kind.loads(kind.dumps(value)) == value for value in values] for name, kind in kinds.items()}


@case
def json_serializer_keeps_special_values():
    import datetime
    import uuid

    kind = JSONSerializer()
    values = [uuid.UUID(int=1), datetime.date(2020, 1, 2), {1, 2}, (1, 2), b"bytes", ValueError("v")]
    return [observe(attempt(lambda value=value: type(kind.loads(kind.dumps(value))).__name__)) for value in values]


@case
def json_text_of_plain_values():
    return [
        JSONSerializer().dumps({"a": [1, None]}).decode(),
        JSONSerializer(dumps_kwargs={"indent": 1}).dumps([1]).decode(),
    ]


@case
def pickle_is_text():
    blob = PickleSerializer().dumps(Point(1, 2))
    return [type(blob).__name__, PickleSerializer().loads(blob) == Point(1, 2), blob.isascii()]


@case
def serializer_by_type_name():
    return [
        type(Serializer(type="pickle")).__name__,
        type(Serializer(type="json")).__name__,
        observe(attempt(lambda: JSONSerializer(dumps_kwargs={"default": str})))["error"],
        observe(attempt(lambda: PickleSerializer(picklelib="no_such_library")))["error"],
    ]


@case
def store_writes_and_reads():
    with folder() as path:
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))
        store.write({"a": 1}, key="mine")
        record = store.read("mine")
        return [
            record.result,
            store.exists("mine"),
            store.exists("other"),
            type(record).__name__,
            record.metadata.storage_key.endswith("mine"),
        ]


@case
def store_reads_what_is_not_there():
    with folder() as path:
        return attempt(ResultStore(result_storage=LocalFileSystem(basepath=str(path))).read, "nothing")


@case
def store_asynchronously():
    async def main(path):
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))
        await store.awrite([1], key="mine")
        return [(await store.aread("mine")).result, await store.aexists("mine"), await store.aexists("other")]

    with folder() as path:
        return in_loop(main(path))


@case
def store_of_the_running_task():
    seen = []

    @task(result_serializer="json")
    def work():
        seen.append(type(get_result_store().serializer).__name__)

    @flow(result_serializer="compressed/json")
    def main():
        seen.append(type(get_result_store().serializer).__name__)
        task(lambda: seen.append(type(get_result_store().serializer).__name__), name="inherits")()
        work()

    main()
    return seen


@case
def persisted_results_of_a_failed_task():
    with folder() as path:

        @task(persist_result=True, result_storage=path)
        def bad():
            raise ValueError("broken")

        state = flow(lambda: [bad(return_state=True)], name="main")(return_state=True).result(raise_on_failure=False)[0]
        return [observe(attempt(state.result)), len(_stored(path)) > 0]


@case
def result_storage_as_text():
    return [
        attempt(lambda: task(lambda: 1, name="work", result_storage="no-such-type/no-such-block")()),
        attempt(lambda: flow(lambda: 1, name="main", result_storage="no-such-type/no-such-block")()),
    ]


@case
def result_storage_key_of_a_flow_run():
    with folder() as path:
        work = task(
            lambda x: x,
            name="work",
            persist_result=True,
            result_storage=path,
            result_storage_key="{flow_run.flow_name}-{task_run.task_name}-{parameters[x]}.bin",
        )
        outcome = attempt(flow(lambda: work(3), name="main"))
        return [outcome, [item.name for item in _stored(path)]]


@case
def local_file_system():
    with folder() as path:
        store = LocalFileSystem(basepath=str(path))
        written = store.write_path("a/b.txt", content=b"hello")
        return [
            observe(written) is not None,
            store.read_path("a/b.txt"),
            attempt(store.read_path, "none.txt"),
            observe(attempt(store.read_path, "../outside.txt"))["error"],
        ]


@case
def large_results_pass():
    work = task(lambda: "x" * 1_000_000, name="work", persist_result=True)
    return len(flow(lambda: work(return_state=True).result(), name="main")())
