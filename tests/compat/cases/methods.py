"""Decorating methods, static and class methods, nested functions and classes; with_options."""

from prefect import Flow, Task, flow, task
from tests.compat.support import attempt, case, in_loop, observe


class Worker:
    """Tasks and flows of all kinds of methods, the decorator below and above the one of the kind."""

    factor = 10

    def __init__(self, factor=2):
        self.factor = factor

    @task
    def times(self, x):
        """Multiply."""
        return x * self.factor

    @classmethod
    @task
    def class_times(cls, x):
        return x * cls.factor

    @staticmethod
    @task
    def static_times(x):
        return x * 100

    @task
    @classmethod
    def class_times_above(cls, x):
        return x * cls.factor

    @task
    @staticmethod
    def static_times_above(x):
        return x * 100

    @flow
    def run(self, x: int):
        return self.times(x)

    @classmethod
    @flow
    def class_run(cls, x: int):
        return cls.class_times(x)

    @staticmethod
    @flow
    def static_run(x: int):
        return Worker.static_times(x)

    @flow
    @classmethod
    def class_run_above(cls, x: int):
        return cls.factor * x

    @flow
    @staticmethod
    def static_run_above(x: int):
        return 100 * x

    @flow
    async def run_async(self, x: int):
        return await self.times_async(x)

    @task
    async def times_async(self, x):
        return x * self.factor


class Special(Worker):
    """Inherits decorated methods."""

    factor = 7


def _in_flow(*calls):
    return flow(lambda: [observe(attempt(*call)) for call in calls], name="main")()


@case
def task_methods():
    worker = Worker()
    return _in_flow((worker.times, 3), (worker.times, "a"))


@case
def class_and_static_task_methods():
    worker = Worker()
    return _in_flow(
        (Worker.class_times, 3), (worker.class_times, 3), (Worker.static_times, 3), (worker.static_times, 3)
    )


@case
def class_and_static_task_methods_decorated_above():
    worker = Worker()
    return _in_flow(
        (Worker.class_times_above, 3),
        (worker.class_times_above, 3),
        (Worker.static_times_above, 3),
        (worker.static_times_above, 3),
    )


@case
def flow_methods():
    return [Worker(5).run("3"), in_loop(Worker(5).run_async(4))]


@case
def class_and_static_flow_methods():
    calls = (Worker.class_run, Worker().class_run, Worker.static_run, Worker().static_run)
    return [attempt(call, "3") for call in calls]


@case
def class_and_static_flow_methods_decorated_above():
    calls = (
        Worker.class_run_above,
        Worker().class_run_above,
        Worker.static_run_above,
        Worker().static_run_above,
    )
    return [attempt(call, "3") for call in calls]


@case
def two_instances_do_not_mix():
    first, second = Worker(1), Worker(2)
    return flow(lambda: [first.times(1), second.times(1), first.times(1)], name="main")()


@case
def inherited_methods():
    special = Special(3)
    return [attempt(call, 2) for call in (special.run, Special.class_run, special.class_run, Special.static_run)]


@case
def submit_and_map_methods():
    worker = Worker(3)

    def body():
        calls = (
            lambda: worker.times.submit(1).result(),
            lambda: worker.times.map([1, 2]).result(),
            lambda: Worker.static_times.map([1, 2]).result(),
            lambda: worker.static_times.submit(1).result(),
            lambda: Worker.class_times.submit(1).result(),
        )
        return [observe(attempt(call)) for call in calls]

    return flow(body, name="main")()


@case
def attributes_of_methods():
    return [
        [Worker.static_run_above.isstaticmethod, Worker.class_run_above.isclassmethod, Worker.run.ismethod],
        [
            Worker.static_times_above.isstaticmethod,
            Worker.class_times_above.isclassmethod,
            Worker.times.ismethod,
        ],
        [Worker().times.ismethod, Worker().times.name, Worker().run.name, Worker.times.__doc__],
    ]


@case
def method_given_explicitly_the_instance():
    return _in_flow((Worker.times, Worker(4), 2))


@case
def staticmethod_outside():
    class Box:
        @staticmethod
        @task
        def inside_out(x):
            return x + 1

        @classmethod
        def maker(cls):
            return task(lambda: cls.__name__, name="made")()

    return [attempt(Box.inside_out, 1), attempt(Box.maker)]


@case
def decorator_with_and_without_brackets():
    @task
    def one():
        return 1

    @task()
    def two():
        return 2

    @flow
    def three():
        return 3

    @flow()
    def four():
        return 4

    @task(name="named")
    def five():
        return 5

    return [one(), two(), three(), four(), five(), five.name]


@case
def decorator_as_a_function():
    return [
        task(lambda: 1, name="a")(),
        flow(lambda: 2, name="b")(),
        isinstance(task(lambda: 1), Task),
        isinstance(flow(lambda: 1), Flow),
    ]


@case
def callable_objects():
    class Adder:
        def __init__(self, n):
            self.n = n

        def __call__(self, x):
            return self.n + x

    return [attempt(lambda: task(Adder(2))(3)), attempt(lambda: flow(Adder(2), name="adder")(3))]


@case
def functools_partial():
    import functools

    def add(a, b):
        return a + b

    return [attempt(lambda: task(functools.partial(add, 1), name="partial")(2))]


@case
def not_callable():
    return [attempt(task, 5), attempt(flow, 5), attempt(Task, "x"), attempt(flow, None) is not None]


@case
def builtins():
    return [attempt(lambda: task(len)([1, 2])), attempt(lambda: flow(len, name="len")([1]))]


@case
def a_task_of_a_task():
    inner = task(lambda: 1, name="inner")
    return [observe(attempt(lambda: task(inner)())), observe(attempt(lambda: flow(inner, name="outer")()))]


@case
def with_options_of_a_task():
    @task(name="before", retries=1, tags=["a"], timeout_seconds=5, log_prints=True)
    def work():
        return 1

    changed = work.with_options(name="after", retries=3, retry_delay_seconds=[1, 2], tags=["b"])
    return [
        [work.name, work.retries, sorted(work.tags), work.timeout_seconds, work.log_prints],
        [
            changed.name,
            changed.retries,
            changed.retry_delay_seconds,
            sorted(changed.tags),
            changed.timeout_seconds,
        ],
        [changed.log_prints, changed is work, changed.fn is work.fn, changed()],
    ]


@case
def with_options_can_take_things_away():
    @task(retries=3, tags=["a"], timeout_seconds=5, cache_key_fn=lambda *_: "k", persist_result=True)
    def work():
        return 1

    changed = work.with_options(retries=0, tags=[], timeout_seconds=None, persist_result=False)
    return [
        changed.retries,
        sorted(changed.tags),
        changed.timeout_seconds,
        changed.persist_result,
        changed.cache_key_fn is not None,
    ]


@case
def with_options_of_a_flow():
    @flow(name="before", retries=1, timeout_seconds=5, description="d", version="v", log_prints=True)
    def main():
        return 1

    changed = main.with_options(name="after", retries=2, retry_delay_seconds=3, version="w")
    return [
        [main.name, main.retries, main.timeout_seconds, main.version],
        [
            changed.name,
            changed.retries,
            changed.retry_delay_seconds,
            changed.timeout_seconds,
            changed.version,
        ],
        [changed.description, changed.log_prints, changed is main, changed()],
    ]


@case
def with_options_hooks():
    seen = []

    def first(*_):
        seen.append("first")

    def second(*_):
        seen.append("second")

    @task(on_completion=[first])
    def work():
        return 1

    work.with_options(on_completion=[second])()
    work.with_options(name="other")()
    work()
    return seen


@case
def with_options_of_methods():
    worker = Worker(6)
    return [
        attempt(lambda: worker.times.with_options(name="renamed")(2)),
        attempt(lambda: worker.run.with_options(name="renamed")(2)),
    ]


@case
def with_options_unknown():
    return [
        observe(attempt(task(lambda: 1).with_options, nothing=1))["error"],
        observe(attempt(flow(lambda: 1).with_options, nothing=1))["error"],
    ]


@case
def with_options_keeps_subclasses():
    class Mine(Task):
        pass

    return type(Mine(lambda: 1, name="mine").with_options(name="other")).__name__


@case
def two_instances_at_once():
    workers = [Worker(n) for n in range(1, 4)]
    return flow(lambda: [future.result() for future in [worker.times.submit(10) for worker in workers]], name="main")()


@case
def locally_defined_tasks_and_closures():
    made = []
    for n in range(3):

        @task(name=f"task {n}")
        def work(n=n):
            return n

        made.append(work)
    return flow(lambda: [each() for each in made], name="main")()
