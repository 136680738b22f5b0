"""Calling, submitting and mapping tasks: values, arguments, names, collections."""

from prefect import allow_failure, flow, task, unmapped
from prefect.futures import PrefectFuture, PrefectFutureList
from tests.compat.support import Counter, attempt, case


@task
def add(a, b=10):
    return a + b


@task
def echo(value):
    return value


@task
def spread(*args, **kwargs):
    return [list(args), kwargs]


@case
def call_gives_the_value():
    return flow(lambda: [add(1), add(1, 2), add(a=3, b=4), add(5, b=6)], name="main")()


@case
def call_variadic():
    return flow(lambda: [spread(), spread(1, 2), spread(x=1), spread(1, y=2)], name="main")()


@case
def call_with_wrong_arguments():
    def body():
        return [attempt(add), attempt(add, 1, 2, 3), attempt(add, 1, c=2), attempt(add, 1, a=2)]

    return flow(body, name="main")()


@case
def submit_with_wrong_arguments():
    return flow(lambda: [attempt(add.submit), attempt(add.submit, 1, c=2)], name="main")()


@case
def call_with_return_state():
    def body():
        state = add(1, return_state=True)
        return [state.name, state.result()]

    return flow(body, name="main")()


@case
def submit_gives_a_future():
    def body():
        future = add.submit(1)
        return [isinstance(future, PrefectFuture), future.result(), future.state.name, future.state.result()]

    return flow(body, name="main")()


@case
def submit_with_return_state():
    def body():
        state = add.submit(1, return_state=True)
        return [state.name, state.result()]

    return flow(body, name="main")()


@case
def map_over_one_list():
    def body():
        futures = add.map([1, 2, 3])
        return [
            isinstance(futures, PrefectFutureList),
            len(futures),
            futures.result(),
            [f.result() for f in futures],
        ]

    return flow(body, name="main")()


@case
def map_over_two_lists():
    return flow(lambda: add.map([1, 2, 3], [4, 5, 6]).result(), name="main")()


@case
def map_with_a_plain_value():
    return flow(lambda: add.map([1, 2, 3], b=5).result(), name="main")()


@case
def map_with_unmapped():
    @task
    def size(item, others):
        return [item, others]

    return flow(lambda: size.map(["a", "b"], unmapped([1, 2, 3])).result(), name="main")()


@case
def map_over_strings():
    return flow(lambda: [attempt(echo.map, "abc"), echo.map(["ab", "c"]).result()], name="main")()


@case
def map_over_a_dictionary():
    return flow(lambda: attempt(lambda: echo.map({"a": 1, "b": 2}).result()), name="main")()


@case
def map_over_a_set_and_a_range():
    return flow(lambda: [sorted(echo.map({1, 2}).result()), echo.map(range(3)).result()], name="main")()


@case
def map_over_a_generator():
    return flow(lambda: attempt(lambda: echo.map(i * i for i in range(4)).result()), name="main")()


@case
def map_over_nothing():
    return flow(lambda: [len(attempt(echo.map, [])), echo.map([]).result()], name="main")()


@case
def map_lengths_differ():
    return flow(lambda: attempt(add.map, [1, 2], [1, 2, 3]), name="main")()


@case
def map_without_an_iterable():
    return flow(lambda: [attempt(add.map, 1), attempt(add.map, unmapped([1, 2]))], name="main")()


@case
def map_over_a_future():
    @task
    def numbers():
        return [1, 2, 3]

    return flow(lambda: add.map(numbers.submit(), 1).result(), name="main")()


@case
def map_over_futures():
    return flow(lambda: add.map([add.submit(1), add.submit(2)], 1).result(), name="main")()


@case
def map_over_mapped_futures():
    return flow(lambda: add.map(add.map([1, 2]), 100).result(), name="main")()


@case
def map_with_return_state():
    def body():
        states = add.map([1, 2], return_state=True)
        return [[state.name for state in states], [state.result() for state in states]]

    return flow(body, name="main")()


@case
def map_one_fails():
    @task
    def odd(n):
        if n == 2:
            raise ValueError(f"no {n}")
        return n

    def body():
        futures = odd.map([1, 2, 3])
        futures.wait()
        return [
            [future.state.name for future in futures],
            attempt(futures.result),
            futures.result(raise_on_failure=False),
        ]

    return flow(body, name="main")()


@case
def map_variadic_keywords():
    return flow(lambda: spread.map(x=[1, 2], y=unmapped("z")).result(), name="main")()


@case
def map_over_allow_failure():
    @task
    def odd(n):
        if n == 2:
            raise ValueError(f"no {n}")
        return n

    def body():
        return echo.map(allow_failure(odd.map([1, 2, 3]))).result()

    return flow(body, name="main")()


@case
def results_keep_their_order():
    import time

    @task
    def nap(n):
        time.sleep((3 - n) * 0.02)
        return n

    return flow(lambda: nap.map([0, 1, 2, 3]).result(), name="main")()


@case
def defaults_are_not_shared():
    @task
    def collect(item, into=None):
        into = into if into is not None else []
        into.append(item)
        return into

    return flow(lambda: [collect(1), collect(2)], name="main")()


@case
def arguments_are_the_same_objects():
    marker = object()
    seen = []

    @task
    def look(value):
        seen.append(value is marker)

    def body():
        look(marker)
        look.submit(marker).wait()

    flow(body, name="main")()
    return seen


@case
def collections_are_passed_as_they_are():
    given = [1, [2]]
    seen = []

    @task
    def look(value):
        seen.append([value == given, value is given])

    def body():
        look(given)
        look.submit(given).wait()

    flow(body, name="main")()
    return seen


@case
def tasks_run_once_each():
    counter = Counter()

    @task
    def work(n):
        counter(n)

    def body():
        work(0)
        work.submit(1).wait()
        work.map([2, 3]).wait()

    flow(body, name="main")()
    return sorted(counter.calls)


@case
def submit_outside_a_flow():
    return attempt(lambda: add.submit(1).result())


@case
def map_outside_a_flow():
    return attempt(lambda: add.map([1, 2]).result())


@case
def call_outside_a_flow():
    state = add(1, return_state=True)
    return [add(1), state.name, state.result()]


@case
def parameter_named_like_an_option():
    return [
        attempt(task, lambda wait_for: 1),
        attempt(task, lambda return_state: 1),
        attempt(flow, lambda wait_for: 1),
        attempt(flow, lambda return_state: 1),
    ]


@case
def flow_arguments():
    @flow
    def main(a, b=2, *args, c=3, **kwargs):
        return [a, b, list(args), c, kwargs]

    return [main(1), main(1, 2, 3, 4), main(1, c=5, d=6), main(a=1)]


@case
def flow_wrong_arguments():
    @flow
    def main(a, b=2):
        return a

    return [attempt(main), attempt(main, 1, 2, 3), attempt(main, 1, c=3), attempt(main, return_state=True)]


@case
def unmapped_in_a_plain_call():
    return flow(lambda: [type(echo(unmapped(1))).__name__], name="main")()


@case
def flow_called_with_futures_of_tasks():
    @flow
    def child(x, many):
        return [x, many]

    def body():
        return child(add.submit(1), [add.submit(2), {"k": add.submit(3)}])

    return flow(body, name="main")()
