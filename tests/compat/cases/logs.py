"""Loggers of runs, log_prints, missing context."""

import logging
import os
import threading

from prefect import flow, get_run_logger, task
from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging import disable_run_logger, get_logger
from prefect.logging.loggers import LogEavesdropper, flow_run_logger, task_run_logger
from tests.compat.support import attempt, case, in_loop, logged, observe

ATTRIBUTES = "flow_name flow_run_name task_name task_run_name".split()


def _mine(records):
    return [
        [record.name, record.levelname, record.getMessage()]
        for record in records
        if record.getMessage().startswith("my ")
    ]


@case
def logger_in_flow_and_task():
    @task
    def work():
        get_run_logger().warning("my task %s", "line")

    @flow
    def main():
        get_run_logger().info("my flow line")
        work()
        work.submit().wait()

    with logged() as records:
        main()
    return _mine(records)


@case
def logger_outside_of_runs():
    return attempt(get_run_logger)


@case
def logger_in_a_task_outside_a_flow():
    @task
    def work():
        get_run_logger().info("my line")

    with logged() as records:
        work()
    return _mine(records)


@case
def logger_in_a_helper():
    def helper():
        get_run_logger().info("my helper line")

    @flow
    def main():
        helper()

    with logged() as records:
        main()
    return _mine(records)


@case
def logger_in_a_plain_thread():
    seen = []

    @flow
    def main():
        thread = threading.Thread(target=lambda: seen.append(attempt(get_run_logger)))
        thread.start()
        thread.join()

    main()
    return seen


@case
def attributes_of_records():
    @task(task_run_name="task run")
    def work():
        get_run_logger().info("my task line")

    @flow(flow_run_name="flow run")
    def main():
        get_run_logger().info("my flow line")
        work()

    with logged() as records:
        main()
    mine = [record for record in records if record.getMessage().startswith("my ")]
    return [
        {
            **{name: getattr(record, name, None) for name in ATTRIBUTES},
            "has flow_run_id": hasattr(record, "flow_run_id"),
            "has task_run_id": hasattr(record, "task_run_id"),
        }
        for record in mine
    ]


@case
def extra_attributes():
    @flow
    def main():
        get_run_logger(colour="red").info("my line")

    with logged() as records:
        main()
    return [getattr(record, "colour", None) for record in records if record.getMessage() == "my line"]


@case
def kind_of_logger():
    @flow
    def main():
        logger = get_run_logger()
        return [isinstance(logger, logging.LoggerAdapter), type(logger).__name__, logger.name]

    return main()


@case
def child_loggers():
    @flow
    def main():
        child = get_run_logger().getChild("child")
        child.info("my line")
        return child.name

    with logged() as records:
        name = main()
    return [name, _mine(records)]


@case
def exceptions_are_logged():
    @flow
    def main():
        try:
            raise ValueError("broken")
        except ValueError:
            get_run_logger().exception("my trouble")

    with logged() as records:
        main()
    return [
        [record.levelname, record.exc_info[0].__name__] for record in records if record.getMessage().startswith("my ")
    ]


@case
def levels():
    @flow
    def main():
        logger = get_run_logger()
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(logger, level)("my line")

    with logged() as records:
        main()
    return _mine(records)


@case
def prints_as_logs():
    @task
    def work():
        print("my task print")

    @flow(log_prints=True)
    def main():
        print("my flow", "print", 1, sep="-")
        work()
        print("my", end="")
        with open(os.devnull, "w") as file:
            print("my print to a file", file=file)

    with logged() as records:
        main()
    return _mine(records)


@case
def prints_of_one_task():
    @task(log_prints=True)
    def loud():
        print("my loud print")

    @task(log_prints=False)
    def quiet():
        print("my quiet print")

    @flow
    def main():
        print("my flow print")
        loud()
        quiet()

    with logged() as records:
        main()
    return _mine(records)


@case
def prints_are_inherited_unless_refused():
    @task(log_prints=False)
    def quiet():
        print("my quiet print")

    @flow
    def child():
        print("my child print")

    @flow(log_prints=True)
    def main():
        quiet()
        child()

    with logged() as records:
        main()
    return _mine(records)


@case
def prints_of_submitted_and_async_tasks():
    @task
    def work():
        print("my submitted print")

    @task
    async def work_async():
        print("my async print")

    @flow(log_prints=True)
    async def main():
        work.submit().wait()
        await work_async()

    with logged() as records:
        in_loop(main())
    return _mine(records)


@case
def prints_with_numbers_and_nothing():
    @flow(log_prints=True)
    def main():
        print(5)
        print()
        print([1, 2], None)

    with logged("prefect.flow_runs") as records:
        main()
    lines = [record.getMessage() for record in records]
    return [line for line in lines if not any(word in line for word in ("Beginning", "View at", "Finished"))]


@case
def engine_lines_of_a_good_run():
    work = task(lambda: 1, name="work", task_run_name="task run")
    with logged() as records:
        flow(lambda: work(), name="main", flow_run_name="flow run")()
    return [
        [record.name, record.levelname, record.getMessage()]
        for record in records
        if "View at" not in record.getMessage()
    ]


@case
def engine_lines_of_a_failed_run():
    def bad():
        raise ValueError("broken")

    work = task(bad, name="work", task_run_name="task run")
    with logged() as records:
        flow(lambda: work(), name="main", flow_run_name="flow run")(return_state=True)
    return [
        [record.name, record.levelname, record.getMessage().split("\n")[0]]
        for record in records
        if "View at" not in record.getMessage()
    ]


@case
def loggers_made_by_hand():
    @task(task_run_name="task run")
    def work():
        logger = task_run_logger(TaskRunContext.get().task_run, TaskRunContext.get().task)
        logger.info("my line")

    @flow
    def main():
        flow_run_logger(FlowRunContext.get().flow_run, FlowRunContext.get().flow).info("my line")
        work()

    with logged() as records:
        main()
    return _mine(records)


@case
def named_loggers():
    return [
        get_logger().name,
        get_logger("prefect").name,
        get_logger("mine").name,
        get_logger("prefect.mine").name,
    ]


@case
def disabled_run_logger():
    seen = []

    @task
    def work():
        seen.append(attempt(lambda: get_run_logger().info("my line")))
        return 5

    with disable_run_logger():
        seen.append(work.fn())
    return observe(seen)


@case
def eavesdropping():
    logger = logging.getLogger("prefect.compat.eavesdropping")
    logger.setLevel(logging.DEBUG)
    with LogEavesdropper("prefect.compat.eavesdropping", level=logging.INFO) as heard:
        logger.info("one")
        logger.debug("not heard")
        logger.warning("two")
    return heard.text()


@case
def async_context():
    @task
    async def work():
        get_run_logger().info("my task line")

    @flow
    async def main():
        get_run_logger().info("my flow line")
        await work()

    with logged() as records:
        in_loop(main())
    return _mine(records)


@case
def context_given_to_the_logger():
    @flow
    def main():
        get_run_logger(FlowRunContext.get()).info("my line")

    with logged() as records:
        main()
    return _mine(records)
