"""Results, transactions, hooks, names made from templates, tasks within tasks, events, tasks for others to run."""

from datetime import timedelta

from registry import program

from prefect import flow, get_run_logger, task
from prefect.transactions import transaction


@program
def transactions():
    @task(persist_result=True)
    def write(x):
        return x

    @write.on_rollback
    def undo(txn):
        get_run_logger().info("undone")

    @flow(name="transactions")
    def whole(fails: bool):
        with transaction():
            write(1)
            if fails:
                raise ValueError("undo it")

    whole(False)
    whole(True, return_state=True)


@program
def persisted():
    @task(persist_result=True, result_serializer="json", result_storage_key="compat-{parameters[x]}.json")
    def kept(x):
        return {"x": x}

    @flow(name="persisted", persist_result=True, result_serializer="json")
    def keeps():
        return kept(3)["x"]

    keeps()


@program
def hooks():
    def told(thing, run, state):
        print("hook", thing.name, state.type.value)

    @task(on_completion=[told], on_failure=[told])
    def step(ok):
        if not ok:
            raise ValueError("no")

    @flow(name="hooked", on_running=[told], on_failure=[told], on_completion=[told], log_prints=True)
    def hooked():
        step(True)
        step(False)

    hooked(return_state=True)


@program
def names():
    @task(task_run_name="adds-{x}-to-{y}", description="adds", tags=["n"])
    def add(x, y):
        return x + y

    @flow(name="named", flow_run_name=lambda: "made-by-function", description="names", version="9", timeout_seconds=60)
    def named(greeting: str = "hi", *, when: int = 3):
        return add(when, 4) + add.with_options(task_run_name="other", name="renamed")(1, 2)

    named(when=5)


@program
def nested_tasks():
    @task
    def inner(x):
        return x + 1

    @task
    def outer(x):
        return inner(x) + inner.submit(x).result()

    @flow(name="nested tasks")
    def nests():
        return outer.submit(1).result()

    nests()


@program
def cached_by_inputs():
    from prefect.cache_policies import INPUTS

    @task(cache_policy=INPUTS, cache_expiration=timedelta(minutes=5), refresh_cache=None)
    def costly(x):
        return x

    @flow(name="by inputs", persist_result=True)
    def both():
        return [costly(1), costly(1), costly(2)]

    both()


@program
def told_events():
    from prefect.events import emit_event

    @flow(name="tells")
    def tells():
        emit_event("compat.happened", resource={"prefect.resource.id": "compat.thing.1"}, payload={"a": 1})

    emit_event("compat.alone", resource={"prefect.resource.id": "compat.thing.2", "k": "v"})
    tells()


@program
def delayed():
    @task
    def later(x):
        return x

    later.delay(1)
    later.apply_async([2], {})


@program
def assets():
    from prefect.assets import materialize

    @materialize("compat://bucket/table")
    def table():
        return 1

    @materialize("compat://bucket/view")
    def view(x):
        return x

    @flow(name="assets")
    def makes():
        view(table())

    makes()


@program
def automations():
    from prefect.automations import Automation
    from prefect.events.actions import DoNothing
    from prefect.events.schemas.automations import EventTrigger

    trigger = EventTrigger(expect={"compat.never"}, posture="Reactive", threshold=2, within=timedelta(seconds=30))
    made = Automation(name="compat automation", trigger=trigger, actions=[DoNothing()], tags=["a"]).create()
    made.description = "changed"
    made.update()
    assert Automation.read(name="compat automation").description == "changed"
    Automation.read(id=made.id).disable()
