"""Names of flows, tasks and runs: defaults, templates, callables."""

import re
from datetime import datetime

from prefect import flow, task
from prefect.runtime import flow_run, task_run
from tests.compat.support import attempt, case, in_loop, observe


def _task_run_name(**options):
    work = task(lambda x: task_run.name, name="work", **options)
    return flow(lambda: observe(attempt(work, 7)), name="main")()


def _flow_run_name(*args, **options):
    def main(x=7, when=datetime(2020, 1, 2)):
        return flow_run.name

    return attempt(flow(main, name="main", **options), *args)


@case
def default_names():
    def my_function_name():
        return 1

    class Callable:
        def __call__(self):
            return 1

    return [
        flow(my_function_name).name,
        task(my_function_name).name,
        attempt(lambda: task(lambda: 1).name),
        attempt(lambda: flow(lambda: 1).name),
        attempt(lambda: task(Callable()).name),
    ]


@case
def given_names():
    return [flow(lambda: 1, name="A b c").name, task(lambda: 1, name="A b/c").name]


@case
def names_refused():
    return [attempt(flow, lambda: 1, name=f"a{sign}b") for sign in "/%&><"]


@case
def names_of_tasks_are_free():
    return [task(lambda: 1, name=f"a{sign}b").name for sign in "/%&><"]


@case
def generated_flow_run_name():
    name = flow(lambda: flow_run.name, name="main")()
    return re.fullmatch(r"[a-z]+-[a-z]+", name) is not None


@case
def generated_task_run_names():
    work = task(lambda x: task_run.name, name="work")
    names = flow(lambda: [work(1), work(1), work.submit(1).result(), *work.map([1, 2]).result()], name="main")()
    return [
        [re.fullmatch(r"work-[0-9a-f]{3}", name) is not None for name in names],
        len(set(names)) == len(names),
    ]


@case
def generated_task_run_name_outside_a_flow():
    return task(lambda: task_run.name, name="work")()


@case
def task_template():
    return [_task_run_name(task_run_name=template) for template in ("fixed", "run {x}", "{x!r:>4}")]


@case
def task_template_unknown_field():
    return _task_run_name(task_run_name="run {nothing}")


@case
def task_template_with_attributes_and_items():
    @task(task_run_name="{user[name]} {moment:%Y} {moment.year}")
    def work(user, moment):
        return task_run.name

    return flow(lambda: work({"name": "ann"}, datetime(2020, 1, 2)), name="main")()


@case
def task_template_with_defaults():
    @task(task_run_name="{a}-{b}")
    def work(a, b="default"):
        return task_run.name

    return flow(lambda: work(1), name="main")()


@case
def task_template_with_a_future():
    @task(task_run_name="got {value}")
    def work(value):
        return task_run.name

    return flow(lambda: work(task(lambda: 3, name="three").submit()), name="main")()


@case
def mapped_task_template():
    @task(task_run_name="item {value}")
    def work(value):
        return task_run.name

    return flow(lambda: work.map(["a", "b"]).result(), name="main")()


@case
def task_name_from_a_callable():
    return _task_run_name(task_run_name=lambda: "from callable")


@case
def task_name_from_a_callable_with_parameters():
    return _task_run_name(task_run_name=lambda parameters: f"x is {parameters['x']}")


@case
def task_name_from_a_callable_giving_no_text():
    return _task_run_name(task_run_name=lambda: 5)


@case
def task_name_from_a_failing_callable():
    def name():
        raise RuntimeError("naming")

    return _task_run_name(task_run_name=name)


@case
def task_name_from_runtime():
    return _task_run_name(task_run_name=lambda: f"{task_run.task_name} in {flow_run.flow_name}")


@case
def task_name_callable_is_asked_once():
    asked = []

    def name():
        asked.append(1)
        return "named"

    counter = []

    def work():
        counter.append(task_run.name)
        if len(counter) < 2:
            raise ValueError("again")

    flow(lambda: task(work, name="work", retries=1, task_run_name=name)(), name="main")()
    return [counter, len(asked)]


@case
def async_task_name():
    @task(task_run_name="run {x}")
    async def work(x):
        return task_run.name

    @flow
    async def main():
        return await work(5)

    return in_loop(main())


@case
def flow_template():
    return [
        _flow_run_name(flow_run_name="fixed"),
        _flow_run_name(flow_run_name="run {x}"),
        _flow_run_name(8, flow_run_name="{x} on {when:%d}"),
    ]


@case
def flow_template_unknown_field():
    return _flow_run_name(flow_run_name="run {nothing}")


@case
def flow_name_from_a_callable():
    return _flow_run_name(flow_run_name=lambda: "from callable")


@case
def flow_name_from_runtime():
    return _flow_run_name(9, flow_run_name=lambda: f"{flow_run.flow_name} with {flow_run.parameters['x']}")


@case
def flow_name_from_a_callable_giving_no_text():
    return _flow_run_name(flow_run_name=lambda: 5)


@case
def flow_name_from_a_failing_callable():
    def name():
        raise RuntimeError("naming")

    return _flow_run_name(flow_run_name=name)


@case
def run_names_of_a_wrong_type():
    return [attempt(flow, lambda: 1, flow_run_name=5), attempt(task, lambda: 1, task_run_name=5)]


@case
def subflow_run_name():
    @flow(flow_run_name="child of {n}")
    def child(n):
        return flow_run.name

    return flow(lambda: child(4), name="main")()


@case
def description_comes_from_the_docstring():
    def documented():
        """What it does.

        More of it.
        """

    def bare():
        pass

    return [
        flow(documented).description,
        task(documented).description,
        flow(bare).description,
        flow(documented, description="given").description,
        task(documented, description="given").description,
    ]


@case
def version_of_a_flow():
    def main():
        return 1

    version = flow(main).version
    return [
        flow(main, version="v1").version,
        isinstance(version, str) and re.fullmatch(r"[0-9a-f]{32}", version) is not None,
        flow(main).version == version,
        task(main, version="v2").version,
        task(main).version,
    ]


@case
def task_keys():
    def local_function():
        return 1

    key = task(local_function).task_key
    return [
        re.fullmatch(r"local_function-[0-9a-f]{8}", key) is not None,
        task(local_function).task_key == key,
    ]


@case
def wrapped_attributes():
    def documented(x: int) -> int:
        """Doc."""
        return x

    made = [flow(documented), task(documented)]
    return [[each.__name__, each.__doc__, each.fn is documented, each.isasync] for each in made]


@case
def signature_survives():
    import inspect

    def documented(x: int, y: str = "a") -> int:
        return x

    return [str(inspect.signature(flow(documented))), str(inspect.signature(task(documented)))]


@case
def calling_the_function_itself():
    @task
    def work(x):
        return x + 1

    @flow
    def main(x):
        return x + 2

    return [work.fn(1), main.fn(1)]
