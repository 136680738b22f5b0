"""Log lines through `get_run_logger`, until all of them are in the record."""

from benchmarks.measure import COUNT, WARM_UP, Span, emit, now, recorded, settled_rows
from prefect import flow, get_run_logger

ENGINE_LINES = 2  # the engine's own about a flow run; Prefect adds one with the address of the page


@flow
def talk(count: int) -> Span:
    logger = get_run_logger()
    started = now()
    for number in range(count):
        logger.info("line %d of %d", number, count)
    return started, now()


if __name__ == "__main__":
    talk(WARM_UP)
    before = settled_rows()
    span = talk(COUNT)
    seconds = recorded(span, before, {"flow_run": 1, "log": COUNT + ENGINE_LINES}, both=True)
    emit({"throughput": COUNT / seconds})
