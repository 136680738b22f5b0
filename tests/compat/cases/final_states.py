"""Which final state a flow or a task gets from what its function returns or raises."""

from prefect import flow, task
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending
from tests.compat.support import attempt, case


@task
def ok(value=1):
    return value


@task
def bad():
    raise ValueError("broken")


def _state_of(body, **options):
    return flow(body, name="main", **options)(return_state=True)


@case
def nothing():
    state = _state_of(lambda: None)
    return [state, state.result()]


@case
def data():
    state = _state_of(lambda: {"a": [1, 2]})
    return [state, state.result()]


@case
def no_result_of_a_task():
    state = flow(lambda: [task(lambda: None, name="none")(return_state=True)], name="main")()
    return [state, attempt(state[0].result)]


@case
def calling_gives_the_value():
    return flow(lambda: 7, name="main")()


@case
def raised_exception():
    def body():
        raise ValueError("broken")

    state = _state_of(body)
    return [state, state.result(raise_on_failure=False), attempt(state.result)]


@case
def raised_exception_reaches_the_caller():
    @flow
    def main():
        raise KeyError("k")

    return attempt(main)


@case
def exception_without_text():
    def body():
        raise ValueError

    return _state_of(body)


@case
def own_exception_class():
    class Odd(Exception):
        def __str__(self):
            return "odd one"

    def body():
        raise Odd

    return _state_of(body)


@case
def returned_exception_is_data():
    state = _state_of(lambda: ValueError("just data"))
    return [state, state.result(raise_on_failure=False)]


@case
def returned_failed():
    state = _state_of(lambda: Failed(message="by hand"))
    return [state, attempt(state.result)]


@case
def returned_failed_reaches_the_caller():
    return attempt(flow(lambda: Failed(message="by hand"), name="main"))


@case
def returned_completed():
    state = _state_of(lambda: Completed(message="fine", name="Skipped"))
    return [state, attempt(state.result)]


@case
def returned_completed_with_data():
    state = _state_of(lambda: Completed(data=5))
    return [state, attempt(state.result)]


@case
def returned_cancelled():
    state = _state_of(lambda: Cancelled(message="no more"))
    return [state, attempt(state.result)]


@case
def returned_crashed():
    state = _state_of(lambda: Crashed(message="boom"))
    return [state, attempt(state.result)]


@case
def returned_states_one_failed():
    def body():
        return ok(return_state=True), bad(return_state=True)

    state = _state_of(body)
    return [state, attempt(state.result), state.result(raise_on_failure=False)]


@case
def returned_states_all_completed():
    def body():
        return [ok(return_state=True), ok(2, return_state=True)]

    state = _state_of(body)
    return [state, state.result()]


@case
def returned_states_with_cancelled():
    return _state_of(lambda: [Completed(), Cancelled()])


@case
def returned_states_with_unfinished():
    return _state_of(lambda: [Completed(), Pending()])


@case
def returned_states_failed_and_cancelled():
    return _state_of(lambda: [Failed(), Cancelled(), Completed()])


@case
def returned_dictionary_of_states():
    def body():
        return {"a": ok(return_state=True), "b": bad(return_state=True)}

    state = _state_of(body)
    return [state, attempt(state.result)]


@case
def returned_empty_list():
    state = _state_of(list)
    return [state, state.result()]


@case
def returned_states_among_data():
    def body():
        return [ok(return_state=True), 5]

    state = _state_of(body)
    return [state, attempt(state.result)]


@case
def returned_future():
    state = _state_of(lambda: ok.submit(3))
    return [state, attempt(state.result)]


@case
def returned_failed_future():
    state = _state_of(lambda: bad.submit())
    return [state, attempt(state.result)]


@case
def returned_futures():
    state = _state_of(lambda: [ok.submit(3), bad.submit()])
    return [state, attempt(state.result)]


@case
def returned_mapped_futures():
    state = _state_of(lambda: ok.map([1, 2, 3]))
    return [state, attempt(state.result)]


@case
def returned_future_gives_the_caller():
    return flow(lambda: ok.submit(3), name="main")()


@case
def returned_futures_give_the_caller():
    return flow(lambda: [ok.submit(3), ok.submit(4)], name="main")()


@case
def failed_task_but_value_returned():
    def body():
        bad(return_state=True)
        return "still fine"

    state = _state_of(body)
    return [state, state.result()]


@case
def failed_submit_nobody_asked_for():
    def body():
        bad.submit()
        return "done"

    return _state_of(body)


@case
def failed_submit_and_no_return():
    def body():
        bad.submit()

    return _state_of(body)


@case
def failed_task_call_raises_in_the_flow():
    def body():
        bad()

    return _state_of(body)


@case
def task_returns_state():
    @task
    def by_hand():
        return Failed(message="by hand")

    def body():
        return [attempt(by_hand)]

    return _state_of(body).result(raise_on_failure=False)


def _giving(state):
    return task(lambda: state, name="give")


@case
def task_returns_states_of_every_kind():
    seen = []

    @flow
    def main():
        for made in (
            Completed(data=1),
            Completed(name="Skipped"),
            Failed(message="f"),
            Cancelled(message="c"),
        ):
            state = attempt(_giving(made), return_state=True)
            seen.append([state, attempt(state.result) if hasattr(state, "result") else None])

    main()
    return seen


@case
def task_returns_list_of_states():
    @task
    def give():
        return [Completed(), Failed(message="f")]

    @flow
    def main():
        return 1, give(return_state=True)

    state = main(return_state=True)
    return [state, state.result(raise_on_failure=False)]


@case
def subflow_failure_is_not_the_parents():
    @flow
    def child():
        raise ValueError("child")

    def body():
        child(return_state=True)
        return "parent goes on"

    state = _state_of(body)
    return [state, state.result()]


@case
def subflow_state_returned():
    @flow
    def child():
        raise ValueError("child")

    state = _state_of(lambda: child(return_state=True))
    return [state, attempt(state.result)]
