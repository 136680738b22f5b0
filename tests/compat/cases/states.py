"""States as values: constructors, predicates, results, helpers."""

from datetime import UTC, datetime, timedelta

from prefect import State, flow, task
from prefect import states as st
from prefect.states import (
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    StateGroup,
    exception_to_crashed_state,
    exception_to_failed_state,
    format_exception,
    get_state_exception,
    is_state_iterable,
    raise_state_exception,
)
from tests.compat.support import attempt, case, in_loop

CONSTRUCTORS = (
    "AwaitingConcurrencySlot AwaitingRetry Cancelled Cancelling Completed Crashed Failed "
    "InfrastructurePending Late Paused Pending Retrying Running Scheduled Submitting Suspended"
).split()
PREDICATES = "cancelled cancelling completed crashed failed final paused pending running scheduled".split()


@case
def constructors_give_type_and_name():
    return {name: getattr(st, name)() for name in CONSTRUCTORS}


@case
def predicates():
    return {
        name: [word for word in PREDICATES if getattr(getattr(st, name)(), f"is_{word}")()] for name in CONSTRUCTORS
    }


@case
def default_name_from_type():
    from prefect.client.schemas.objects import StateType

    return {kind.name: State(type=kind).name for kind in StateType}


@case
def custom_name_and_message():
    state = Completed(name="Skipped", message="nothing to do")
    return [state, str(state), state.is_completed()]


@case
def text_of_states():
    return [str(Failed(message="no")), str(Completed()), str(Running(name="Busy", message="m"))]


@case
def late_has_a_scheduled_time():
    return [
        st.Late().state_details.scheduled_time is not None,
        st.Scheduled().state_details.scheduled_time is not None,
    ]


@case
def scheduled_keeps_the_given_time():
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    return [
        st.Scheduled(scheduled_time=moment).state_details.scheduled_time == moment,
        st.AwaitingRetry(scheduled_time=moment).state_details.scheduled_time == moment,
    ]


@case
def scheduled_time_given_twice():
    from prefect.client.schemas.objects import StateDetails

    moment = datetime(2030, 1, 2, tzinfo=UTC)
    return attempt(st.Scheduled, scheduled_time=moment, state_details=StateDetails(scheduled_time=moment))


@case
def paused_timeout():
    state = Paused(timeout_seconds=60)
    left = state.state_details.pause_timeout - datetime.now(UTC)
    return [timedelta(seconds=50) < left <= timedelta(seconds=60), state.state_details.pause_reschedule]


@case
def paused_with_key_and_both_limits():
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    return [
        Paused(pause_key="k", reschedule=True).state_details.pause_key,
        attempt(Paused, pause_expiration_time=moment, timeout_seconds=5),
    ]


@case
def result_of_data():
    return [Completed(data=5).result(), attempt(Completed(data=None).result)]


@case
def result_of_unsuccessful_states():
    made = [Failed(message="f"), Crashed(message="c"), Cancelled(message="x"), Paused(message="p")]
    return [attempt(state.result) for state in made]


@case
def result_of_unfinished_states():
    return [attempt(Running().result), attempt(Pending().result), attempt(st.Scheduled().result)]


@case
def result_of_failed_without_raising():
    return [
        Failed(message="f").result(raise_on_failure=False),
        Failed(data=ValueError("v")).result(raise_on_failure=False),
        Crashed(message="c").result(raise_on_failure=False),
    ]


@case
def result_of_failed_with_exception_data():
    return attempt(Failed(data=ValueError("v")).result)


@case
def result_of_failed_with_text_data():
    return [attempt(Failed(data="why").result), attempt(Failed(data=17).result)]


@case
def missing_result():
    return [attempt(Completed().result), attempt(State(type="COMPLETED").result)]


@case
def exception_of_states():
    return [
        get_state_exception(Failed(message="f")),
        get_state_exception(Crashed(message="c")),
        get_state_exception(Cancelled(message="x")),
        get_state_exception(Failed(data=KeyError("k"))),
        attempt(get_state_exception, Completed(data=1)),
    ]


@case
def raising_the_exception_of_states():
    return [
        attempt(raise_state_exception, Failed(message="f")),
        attempt(raise_state_exception, Completed(data=1)),
        attempt(raise_state_exception, Running()),
    ]


@case
def state_iterables():
    candidates = [
        [],
        [Completed()],
        (Completed(),),
        {Completed()},
        [Completed(), 1],
        {"a": Completed()},
        "text",
        5,
    ]
    return [is_state_iterable(candidate) for candidate in candidates]


@case
def exceptions_become_states():
    async def main():
        return [
            await exception_to_failed_state(ValueError("v")),
            await exception_to_failed_state(ValueError("v"), message="Task run"),
            await exception_to_crashed_state(KeyboardInterrupt()),
            await exception_to_crashed_state(SystemExit(3)),
            await exception_to_crashed_state(ValueError("v")),
            await attempt_outside_of_exception(),
        ]

    async def attempt_outside_of_exception():
        try:
            return await exception_to_failed_state()
        except Exception as error:
            return error

    return in_loop(main())


@case
def formatting_an_exception():
    try:
        raise ValueError("v")
    except ValueError as error:
        lines = format_exception(error).splitlines()
    return [lines[0], lines[-1]]


@case
def groups():
    group = StateGroup([Completed(), Failed(), Crashed(), Running()])
    return [
        group.fail_count,
        group.all_completed(),
        group.all_final(),
        group.any_failed(),
        group.any_cancelled(),
        group.any_paused(),
        group.counts_message(),
    ]


@case
def groups_that_are_done():
    return [
        StateGroup([Completed(), Completed()]).all_completed(),
        StateGroup([Completed(), Failed()]).all_final(),
        StateGroup([Completed(), Completed()]).counts_message(),
    ]


@case
def fresh_copy_has_another_id():
    state = Completed(message="m", data=3)
    copy = state.fresh_copy()
    return [copy.id != state.id, copy.message, copy.data, copy.timestamp >= state.timestamp]


@case
def states_of_a_run_carry_its_ids():
    @task
    def work():
        return 1

    @flow
    def main():
        state = work(return_state=True)
        return [
            state.state_details.flow_run_id is not None,
            state.state_details.task_run_id is not None,
        ]

    state = main(return_state=True)
    return [
        state.result(),
        state.state_details.flow_run_id is not None,
        state.state_details.task_run_id is None,
    ]


@case
def constructors_take_another_class():
    class Mine(State):
        pass

    return [type(Completed(cls=Mine)).__name__, Completed(cls=Mine).name]
