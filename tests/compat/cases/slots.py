"""Concurrency limits and rate limits, as far as no limit has to exist beforehand, and their errors."""

from prefect import flow, task
from prefect.concurrency.asyncio import concurrency as aconcurrency
from prefect.concurrency.asyncio import rate_limit as arate_limit
from prefect.concurrency.sync import concurrency, rate_limit
from tests.compat.support import Counter, attempt, case, in_loop, nonce, observe


@case
def unknown_limit_is_no_limit():
    counter = Counter()

    def run():
        with concurrency(nonce()):
            counter()
        return "done"

    return [attempt(run), counter.count]


@case
def unknown_limit_strictly():
    counter = Counter()

    def run():
        with concurrency(nonce(), strict=True):
            counter()

    return [attempt(run), counter.count]


@case
def unknown_rate_limit():
    return [attempt(rate_limit, nonce()), attempt(rate_limit, nonce(), strict=True)]


@case
def no_names():
    def run(names):
        with concurrency(names):
            return "entered"

    return [attempt(run, []), attempt(run, None)]


@case
def several_names():
    def run():
        with concurrency([nonce(), nonce()], occupy=2):
            return "entered"

    return attempt(run)


@case
def asynchronous():
    async def run(strict):
        async with aconcurrency(nonce(), strict=strict):
            return "entered"

    async def both():
        seen = [await run(False)]
        try:
            seen.append(await run(True))
        except Exception as error:
            seen.append(observe(error))
        seen.append(await arate_limit(nonce()))
        return seen

    return in_loop(both())


@case
def in_a_flow_and_a_task():
    @task
    def work():
        with concurrency(nonce()):
            return "task"

    @flow
    def main():
        with concurrency(nonce()):
            return ["flow", work()]

    return main()


@case
def an_error_inside_passes():
    def run():
        with concurrency(nonce()):
            raise ValueError("inside")

    return attempt(run)


@case
def occupying_nothing():
    def run(occupy):
        with concurrency(nonce(), occupy=occupy):
            return "entered"

    return [attempt(run, 1), observe(attempt(run, 0)), observe(attempt(run, -1))]


@case
def names_of_errors():
    from prefect.concurrency import asyncio

    names = ("AcquireConcurrencySlotTimeoutError", "ConcurrencySlotAcquisitionError")
    return {name: [base.__name__ for base in getattr(asyncio, name).__mro__[1:-1]] for name in names}


@case
def tagged_task_without_a_limit():
    @task(tags=[nonce()])
    def work(n):
        return n

    return flow(lambda: [work(0), *work.map([1, 2]).result()], name="main")()
