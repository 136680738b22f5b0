"""Interrupts, exits and other things that are not ordinary failures."""

import asyncio
import threading

from prefect import flow, task
from prefect.exceptions import Abort, CancelledRun, PrefectException, PrefectSignal, TerminationSignal
from tests.compat.support import attempt, case, in_loop, observe


def _flow_with(error, seen):
    def note(_flow, _run, state):
        seen.append(observe(state))

    def body():
        raise error

    return flow(body, name="main", on_crashed=[note], on_failure=[note], on_completion=[note], on_cancellation=[note])


def _task_with(error, seen):
    def note(_task, _run, state):
        seen.append(observe(state))

    def body():
        raise error

    return task(body, name="work", on_failure=[note], on_completion=[note])


@case
def interrupt_in_a_flow():
    seen = []
    return [attempt(_flow_with(KeyboardInterrupt(), seen)), seen]


@case
def interrupt_in_a_flow_asking_for_the_state():
    seen = []
    return [attempt(_flow_with(KeyboardInterrupt(), seen), return_state=True), seen]


@case
def exit_in_a_flow():
    seen = []
    return [attempt(_flow_with(SystemExit(3), seen)), seen]


@case
def exit_without_error_in_a_flow():
    seen = []
    return [attempt(_flow_with(SystemExit(0), seen)), seen]


@case
def generator_exit_in_a_flow():
    seen = []
    return [attempt(_flow_with(GeneratorExit(), seen)), seen]


@case
def own_base_exception():
    class Odd(BaseException):
        pass

    seen = []
    return [attempt(_flow_with(Odd("odd"), seen)), seen]


@case
def interrupt_in_a_task():
    seen = []
    states = []
    work = _task_with(KeyboardInterrupt(), seen)

    def note(_flow, _run, state):
        states.append(observe(state))

    main = flow(lambda: work(), name="main", on_crashed=[note], on_failure=[note])
    return [attempt(main), seen, states]


@case
def exit_in_a_task():
    seen = []
    states = []
    work = _task_with(SystemExit(2), seen)

    def note(_flow, _run, state):
        states.append(observe(state))

    main = flow(lambda: work(), name="main", on_crashed=[note], on_failure=[note])
    return [attempt(main), seen, states]


@case
def exit_in_a_submitted_task():
    seen = []
    work = _task_with(SystemExit(2), seen)

    def body():
        future = work.submit()
        future.wait()
        return observe([future.state, attempt(future.result)])

    return [attempt(flow(body, name="main")), seen]


@case
def exit_in_a_task_caught():
    work = _task_with(SystemExit(2), [])
    return flow(lambda: observe(attempt(work)), name="main")()


@case
def state_of_a_crashed_task():
    work = _task_with(SystemExit(2), [])
    return observe(attempt(flow(lambda: observe(attempt(work, return_state=True)), name="main")))


@case
def interrupt_in_a_subflow():
    seen = []
    child = _flow_with(KeyboardInterrupt(), seen)
    states = []

    def note(_flow, _run, state):
        states.append(observe(state))

    return [attempt(flow(lambda: child(), name="main", on_crashed=[note])), seen, states]


@case
def async_flow_is_cancelled():
    states = []

    def note(_flow, _run, state):
        states.append(observe(state))

    @flow(on_crashed=[note], on_failure=[note], on_cancellation=[note])
    async def main():
        await asyncio.sleep(30)

    async def run():
        running = asyncio.create_task(main())
        await asyncio.sleep(0.5)
        running.cancel()
        try:
            await running
        except BaseException as error:
            return observe(error)

    return [in_loop(run()), states]


@case
def async_flow_exits():
    states = []

    def note(_flow, _run, state):
        states.append(observe(state))

    @flow(on_crashed=[note], on_failure=[note])
    async def main():
        raise SystemExit(4)

    return [attempt(lambda: in_loop(main())), states]


@case
def cancelled_run_raised_by_hand():
    seen = []
    return [attempt(_flow_with(CancelledRun("by hand"), seen), return_state=True), seen]


@case
def abort_raised_by_hand():
    seen = []
    return [observe(attempt(_flow_with(Abort("by hand"), seen), return_state=True)), seen]


@case
def recursion_error():
    def forever():
        return forever()

    return observe(flow(forever, name="main")(return_state=True))["state"]


@case
def memory_error():
    def body():
        raise MemoryError("too much")

    return flow(body, name="main")(return_state=True)


@case
def stop_iteration():
    def body():
        raise StopIteration("stop")

    work = task(body, name="work")
    return [
        flow(lambda: observe(work(return_state=True)), name="main")(),
        observe(attempt(flow(body, name="main"))),
    ]


@case
def exception_group():
    def body():
        raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])

    return flow(body, name="main")(return_state=True)


@case
def exception_with_a_cause():
    def body():
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error

    error = attempt(flow(body, name="main"))
    return [error, error.__cause__, error.__traceback__ is not None]


@case
def exception_that_cannot_be_pickled():
    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(f"{a} {b}")
            self.lock = threading.Lock()  # an attribute that pickle refuses

        def __reduce__(self):
            raise TypeError("cannot be pickled")

    def body():
        raise Odd(1, 2)

    return [attempt(flow(body, name="main")), task(body, name="work", persist_result=True)(return_state=True)]


@case
def bases_of_exceptions():
    return [
        [base.__name__ for base in kind.__mro__[1:-1]]
        for kind in (CancelledRun, Abort, TerminationSignal, PrefectSignal, PrefectException)
    ]


@case
def bases_of_run_errors():
    from prefect import exceptions

    names = (
        "CrashedRun FailedRun CancelledRun PausedRun UnfinishedRun MissingFlowError MissingResult "
        "ParameterTypeError ParameterBindError SignatureMismatchError ReservedArgumentError "
        "MappingLengthMismatch MappingMissingIterable InvalidNameError MissingContextError UpstreamTaskError "
        "ConfigurationError SerializationError NotPausedError FlowPauseTimeout ObjectNotFound "
        "ObjectAlreadyExists ScriptError HashError"
    ).split()
    return {name: [base.__name__ for base in getattr(exceptions, name).__mro__[1:-1]] for name in names}


@case
def exceptions_with_own_signatures():
    from prefect.exceptions import (
        InfrastructureNotFound,
        ParameterBindError,
        SignatureMismatchError,
    )

    def f(a):
        return a

    return [
        SignatureMismatchError.from_bad_params(["a", "b"], ["a", "c"]),
        ParameterBindError.from_bind_failure(f, TypeError("why"), (1, 2), {}),
        issubclass(InfrastructureNotFound, PrefectException),
        str(TerminationSignal(signal=15).signal),
    ]
