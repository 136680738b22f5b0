"""Sync and async in every direction."""

import asyncio
import inspect
import threading

from prefect import flow, task
from tests.compat.support import attempt, attempt_async, case, in_loop, observe


@task
def sync_task(x):
    return ["sync", x]


@task
async def async_task(x):
    await asyncio.sleep(0)
    return ["async", x]


@flow
def sync_child(x):
    return ["sync flow", x]


@flow
async def async_child(x):
    await asyncio.sleep(0)
    return ["async flow", x]


@case
def async_flow_awaits_async_task():
    @flow
    async def main():
        return await async_task(1)

    return in_loop(main())


@case
def async_flow_calls_sync_task():
    @flow
    async def main():
        return sync_task(1)

    return in_loop(main())


@case
def async_flow_submits():
    @flow
    async def main():
        return [sync_task.submit(1).result(), async_task.submit(2).result()]

    return in_loop(main())


@case
def async_flow_maps():
    @flow
    async def main():
        return [sync_task.map([1, 2]).result(), async_task.map([3, 4]).result()]

    return in_loop(main())


@case
def sync_flow_submits_async_task():
    @flow
    def main():
        return [async_task.submit(1).result(), async_task.map([2, 3]).result()]

    return main()


@case
def sync_flow_calls_async_task():
    @flow
    def main():
        made = async_task(1)
        kind = inspect.iscoroutine(made)
        value = asyncio.run(made)
        return [kind, value]

    return main()


@case
def sync_flow_drops_an_async_task():
    seen = []

    @task
    async def work():
        seen.append(1)

    @flow
    def main():
        work().close()
        return "done"

    return [main(), seen]


@case
def gather_of_tasks():
    @flow
    async def main():
        return await asyncio.gather(*(async_task(n) for n in range(5)))

    return in_loop(main())


@case
def gather_runs_side_by_side():
    @flow
    async def main():
        arrived = asyncio.Event()
        seen = []

        @task
        async def first():
            await asyncio.wait_for(arrived.wait(), 5)
            seen.append("first")

        @task
        async def second():
            seen.append("second")
            arrived.set()

        await asyncio.gather(first(), second())
        return seen

    return in_loop(main())


@case
def gather_of_flows():
    @flow
    async def main():
        return await asyncio.gather(async_child(1), async_child(2), async_child(3))

    return in_loop(main())


@case
def gather_with_one_failure():
    @task
    async def bad():
        raise ValueError("broken")

    @flow
    async def main():
        outcomes = await asyncio.gather(async_task(1), bad(), return_exceptions=True)
        return observe(outcomes)

    return in_loop(main())


@case
def task_group():
    @flow
    async def main():
        async with asyncio.TaskGroup() as group:
            made = [group.create_task(async_task(n)) for n in range(3)]
        return [each.result() for each in made]

    return in_loop(main())


@case
def async_flow_calls_sync_flow():
    @flow
    async def main():
        return sync_child(1)

    return in_loop(main())


@case
def async_flow_awaits_async_flow():
    @flow
    async def main():
        return await async_child(1)

    return in_loop(main())


@case
def sync_flow_calls_async_flow():
    @flow
    def main():
        made = async_child(1)
        return [inspect.iscoroutine(made), asyncio.run(made)]

    return main()


@case
def async_task_calls_sync_task():
    @task
    async def outer():
        return sync_task(1)

    @flow
    async def main():
        return await outer()

    return in_loop(main())


@case
def sync_task_runs_an_async_task():
    @task
    def outer():
        return asyncio.run(async_task(1))

    @flow
    def main():
        return outer()

    return main()


@case
def async_task_calls_async_flow():
    @task
    async def outer():
        return await async_child(1)

    @flow
    async def main():
        return await outer()

    return in_loop(main())


@case
def async_task_outside_a_flow():
    return in_loop(async_task(1))


@case
def sync_flow_in_a_loop():
    async def run():
        return sync_child(1)

    return in_loop(run())


@case
def sync_flow_in_a_thread_of_a_loop():
    async def run():
        return await asyncio.to_thread(sync_child, 1)

    return in_loop(run())


@case
def sync_flow_in_a_thread():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(attempt(sync_child, 1)))
    thread.start()
    thread.join(20)
    return seen


@case
def return_state_of_async():
    @flow
    async def main():
        state = await async_task(1, return_state=True)
        return [state.name, await state.aresult()]

    async def run():
        state = await main(return_state=True)
        return [state.name, await state.aresult()]

    return in_loop(run())


@case
def result_inside_a_loop():
    @flow
    async def main():
        state = await async_task(1, return_state=True)
        made = state.result()
        return [inspect.isawaitable(made), await made if inspect.isawaitable(made) else made]

    return in_loop(main())


@case
def async_failure():
    @task
    async def bad():
        raise ValueError("broken")

    @flow
    async def main():
        return await bad()

    async def run():
        return [await main(return_state=True), await attempt_async(main())]

    return in_loop(run())


@case
def calling_gives_a_coroutine():
    made = [async_task(1), async_child(1)]
    kinds = [inspect.iscoroutine(each) for each in made]
    for each in made:
        each.close()
    return [*kinds, async_task.isasync, async_child.isasync, sync_task.isasync, sync_child.isasync]


@case
def is_coroutine_function():
    return [
        inspect.iscoroutinefunction(async_task),
        inspect.iscoroutinefunction(async_task.fn),
        inspect.iscoroutinefunction(sync_task),
    ]


@case
def async_argument_of_a_sync_task():
    @flow
    async def main():
        return sync_task(async_task.submit(1))

    return in_loop(main())


@case
def futures_between_colours():
    @flow
    async def main():
        first = async_task.submit(1)
        second = sync_task.submit(first)
        return await async_task(second)

    return in_loop(main())


@case
def sync_task_in_async_flow_uses_which_thread():
    @task
    def where():
        return threading.current_thread() is threading.main_thread()

    @flow
    async def main():
        return [where(), where.submit().result()]

    @flow
    def sync_main():
        return [where(), where.submit().result()]

    return [in_loop(main()), sync_main()]


@case
def context_variables_reach_tasks():
    import contextvars

    variable = contextvars.ContextVar("variable", default="unset")

    @task
    def look():
        return variable.get()

    @task
    async def look_async():
        return variable.get()

    @flow
    async def main():
        variable.set("set in flow")
        return [look(), await look_async(), look.submit().result(), look_async.submit().result()]

    return in_loop(main())


@case
def cancelled_task_of_a_loop():
    @task
    async def forever():
        await asyncio.sleep(30)

    @flow
    async def main():
        running = asyncio.create_task(forever())
        await asyncio.sleep(0.2)
        running.cancel()
        try:
            await running
        except BaseException as error:
            return observe(error)

    return in_loop(main())


@case
def time_limit_of_asyncio():
    @task
    async def forever():
        await asyncio.sleep(30)

    @flow
    async def main():
        try:
            await asyncio.wait_for(forever(), 0.2)
        except BaseException as error:
            return observe(error)

    return in_loop(main())


@case
def sync_compatible_helpers():
    from prefect.variables import Variable
    from tests.compat.support import nonce

    name = nonce().replace("-", "_")
    Variable.set(name, 5)

    async def run():
        return [await Variable.aget(name), await Variable.aset(name, 6, overwrite=True) is not None]

    return [in_loop(run()), Variable.get(name)]
