"""Where Headrace deliberately does otherwise than Prefect 3.8.8, each with its reason.

An entry names a case, the place inside its observation (`""` is all, `"/0/message"` the message of the first
item) and what Headrace gives there. The test insists on that value, so an entry that no longer differs, or
differs in another way, fails.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: `ours` stands at `where` in the observation of `case`, for `reason`."""

    case: str
    where: str
    ours: Any
    reason: str


TYPE, VALUE = "TypeError", "ValueError"
RETRIES = "Tries are counted: a count that is negative or no whole number is a mistake, told where it is made."
DELAYS = "A delay that cannot be waited for is a mistake, told where it is made and not at the first retry."
RUNNER = "What no task can be submitted to is refused where it is written, not at the first task of a run."
SETTINGS = "Settings are read without pydantic; the error names the setting, its value and where it was set."
BASE = "Every error of the package derives from PrefectException; what it derived from, it still does."
STATIC = "A static method has no first parameter to bind, whichever of the two decorators stands above."
RETURNED = (
    "A returned Failed state is a failure like a raised exception: it is retried, and the caller is given the end."
)


def _refused(case: str, errors: dict[int, str], reason: str) -> tuple[Difference, ...]:
    """Values, by their position in the case, that Prefect accepts and Headrace does not."""
    return tuple(Difference(case, f"/{index}", error, reason) for index, error in errors.items())


DIFFERENCES: tuple[Difference, ...] = (
    # --- options that make no sense are refused where they are written
    *_refused("decorators.task_retries_of_wrong_kinds", {0: VALUE, 1: TYPE, 2: TYPE, 4: TYPE}, RETRIES),
    *_refused("decorators.flow_retries_of_wrong_kinds", {0: VALUE, 1: TYPE, 2: TYPE, 4: TYPE}, RETRIES),
    *_refused("decorators.task_delays_of_wrong_kinds", {0: VALUE, 2: TYPE}, DELAYS),
    *_refused("decorators.flow_delays_of_wrong_kinds", {0: VALUE, 1: TYPE, 2: TYPE}, DELAYS),
    *_refused("decorators.results_of_wrong_kinds", {1: TYPE}, "A wrong serializer would fail only in the first run."),
    *_refused("decorators.task_runner_of_wrong_kinds", {0: TYPE, 1: TYPE, 2: TYPE}, RUNNER),
    Difference("nesting.task_runners_given_in_many_ways", "/6/error", TYPE, RUNNER),
    Difference(
        "nesting.task_runners_given_in_many_ways",
        "/6/message",
        "task_runner must be a task runner, such as ThreadPoolTaskRunner(max_workers=4), not 'threads'",
        RUNNER,
    ),
    # --- words of errors: the same kind, a clearer sentence
    Difference(
        "decorators.unknown_options",
        "/1/message",
        "flow() got an unexpected keyword argument 'nothing'",
        "The error names what the user wrote, not a class behind it.",
    ),
    Difference(
        "results.unknown_serializer",
        "/1/message",
        "result_serializer must be a serializer, or the name of one, such as 'json', not 5",
        "The error names the option and the value that was given.",
    ),
    Difference(
        "helpers.runner_not_started",
        "/message",
        "Task runner is not started: use it within a flow, or in a `with` block",
        "The error begins alike and says in addition what to do.",
    ),
    # --- kinds of errors
    Difference(
        "futures.as_completed_too_late",
        "/0/error",
        "TimeoutError",
        "Python's own TimeoutError, which the private class there derives from: whoever catches it catches both.",
    ),
    Difference(
        "results.store_reads_what_is_not_there",
        "/error",
        "ResultNotFound",
        "A class of its own tells a missing result from other bad values; it derives from ValueError.",
    ),
    *(Difference("settings.values_are_checked", f"/{index}", "InvalidSettings", SETTINGS) for index in (1, 3, 4)),
    Difference(
        "slots.names_of_errors",
        "/AcquireConcurrencySlotTimeoutError",
        ["PrefectException", "TimeoutError", "OSError", "Exception", "BaseException"],
        BASE,
    ),
    Difference(
        "slots.names_of_errors",
        "/ConcurrencySlotAcquisitionError",
        ["PrefectException", "Exception", "BaseException"],
        BASE,
    ),
    # --- functions of more kinds can be tasks and flows
    *(
        Difference(f"methods.class_and_static_{kind}_methods_decorated_above", f"/{index}", 300, STATIC)
        for kind in ("task", "flow")
        for index in (2, 3)
    ),
    *(
        Difference(
            "methods.attributes_of_methods",
            f"/{index}/2",
            False,
            "An attribute of the class is bound to no instance, so it is a plain function, as in Python.",
        )
        for index in (0, 1)
    ),
    Difference(
        "methods.method_given_explicitly_the_instance",
        "/0",
        8,
        "Class.method(instance, ...) is how Python calls a method by hand, so it works for tasks, too.",
    ),
    Difference(
        "methods.callable_objects",
        "/1",
        5,
        "An object that can be called is a flow as well as a task: its parameters can be validated as well.",
    ),
    Difference("methods.builtins", "/0", 2, "A function that is not written in Python can be a task as well."),
    Difference(
        "parameters.names_pydantic_reserves",
        "/1",
        "Flow(name='refused')",
        "A parameter may be called as it likes: how parameters are validated is nothing to the user.",
    ),
    # --- copies with other options
    Difference(
        "methods.with_options_can_take_things_away",
        "/1",
        [],
        "An empty list of tags is a wish like any other: the copy has none.",
    ),
    Difference(
        "methods.with_options_keeps_subclasses",
        "",
        "Mine",
        "A copy of a task of a subclass without what the subclass adds would be of no use.",
    ),
    # --- running
    Difference(
        "crashes.exit_in_a_submitted_task",
        "/0",
        [
            {
                "state": "CRASHED",
                "name": "Crashed",
                "message": "Execution was aborted by Python system exit call",
            },
            {"error": "SystemExit", "message": "2"},
        ],
        "An exit in a thread ends that task run, which its future tells; the flow decides whether to go on.",
    ),
    Difference("retries.flow_that_returns_failed_retries", "/0/message", None, RETURNED),
    Difference("retries.flow_that_returns_failed_retries", "/0/name", "Completed", RETURNED),
    Difference("retries.flow_that_returns_failed_retries", "/0/state", "COMPLETED", RETURNED),
    Difference("retries.flow_that_returns_failed_retries", "/1", 2, RETURNED),
    Difference(
        "caching.inputs_that_cannot_be_hashed",
        "/1/0",
        "WARNING",
        "The run goes on and succeeds, only without a cache: that is worth a warning, and is no error.",
    ),
    Difference(
        "results.generator_as_a_result",
        "",
        [0, 1, 2],
        "A generator that a task returns as a value still has its items: nobody but the caller goes through them.",
    ),
    Difference(
        "results.record_on_disk",
        "/0",
        ["metadata", "result", "tag"],
        "The tag proves that this installation wrote the record, before anything in it is unpickled.",
    ),
    Difference(
        "transactions.active_inside_a_task",
        "/0",
        "NoneType",
        "A task that neither caches, persists nor has transaction hooks opens no transaction: it has nothing to commit.",
    ),
    # --- what can be asked about runs
    Difference(
        "context.runtime_start_time_outside_of_runs",
        "",
        "datetime",
        "Moments are datetimes of Python's standard library, here as everywhere.",
    ),
    Difference(
        "nesting.flow_in_a_task",
        "/0/1",
        None,
        "The code of a subflow belongs to the subflow's run; the task around it is another run.",
    ),
)
