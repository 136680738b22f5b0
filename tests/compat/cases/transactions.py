"""Transactions: stages, commit and rollback hooks, nesting, isolation."""

from prefect import flow, task
from prefect.transactions import (
    CommitMode,
    Transaction,
    atransaction,
    get_transaction,
    transaction,
)
from tests.compat.support import Counter, attempt, case, folder, in_loop, nonce


def _task(seen, name, fails=False):
    @task(name=name)
    def work():
        seen.append(f"run {name}")
        if fails:
            raise ValueError(name)

    @work.on_commit
    def commit(txn):
        seen.append(f"commit {name}")

    @work.on_rollback
    def rollback(txn):
        seen.append(f"rollback {name}")

    return work


@case
def all_tasks_succeed():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "one")()
            _task(seen, "two")()
            seen.append("end of block")

    main()
    return seen


@case
def second_task_fails():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "one")()
            _task(seen, "two", fails=True)()

    return [main(return_state=True), seen]


@case
def block_fails_after_tasks():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "one")()
            _task(seen, "two")()
            raise RuntimeError("after")

    return [main(return_state=True), seen]


@case
def names_of_states_after_rollback():
    seen = []
    states = []

    @flow
    def main():
        with transaction():
            states.append(_task(seen, "one")(return_state=True))
            raise RuntimeError("after")

    main(return_state=True)
    return states


@case
def task_outside_a_transaction():
    seen = []
    flow(lambda: _task(seen, "one")(), name="main")()
    return seen


@case
def failing_task_outside_a_transaction():
    seen = []
    flow(lambda: _task(seen, "one", fails=True)(return_state=True) and None, name="main")()
    return seen


@case
def transaction_outside_a_flow():
    seen = []

    def run():
        with transaction():
            _task(seen, "one")()
            raise RuntimeError("after")

    return [attempt(run), seen]


@case
def hooks_share_values():
    seen = []

    @task
    def work():
        get_transaction().set("path", "somewhere")
        return 1

    @work.on_rollback
    def undo(txn):
        seen.append([txn.get("path"), type(txn).__name__])

    @flow
    def main():
        with transaction():
            work()
            raise RuntimeError("after")

    main(return_state=True)
    return seen


@case
def values_of_a_transaction():
    with transaction() as txn:
        txn.set("a", [1])
        return [
            txn.get("a"),
            txn.get("b", "default"),
            txn.get("b", None),
            attempt(txn.get, "b"),
            get_transaction() is txn,
        ]


@case
def values_of_the_parent():
    with transaction() as parent:
        parent.set("a", 1)
        with transaction() as child:
            before = child.get("a")
            child.set("a", 2)
            return [
                before,
                child.get("a"),
                parent.get("a"),
                child.get_parent() is parent,
                parent.get_parent(),
            ]


@case
def values_are_copies():
    with transaction() as txn:
        value = [1]
        txn.set("a", value)
        value.append(2)
        return txn.get("a")


@case
def no_active_transaction():
    return [get_transaction(), Transaction.get_active()]


@case
def active_inside_a_task():
    seen = []

    @task
    def work():
        seen.append(type(get_transaction()).__name__)

    flow(lambda: work(), name="main")()
    return seen


@case
def states_of_a_transaction():
    with transaction() as txn:
        inside = [txn.state, txn.is_active(), txn.is_pending()]
    outside = [txn.state, txn.is_committed(), txn.is_rolled_back()]

    def failing():
        with transaction() as failed:
            kept.append(failed)
            raise RuntimeError("x")

    kept = []
    attempt(failing)
    return [inside, outside, kept[0].state, kept[0].is_rolled_back()]


@case
def before_it_begins():
    txn = Transaction()
    return [txn.state, txn.is_pending(), txn.commit_mode, txn.isolation_level]


@case
def default_modes():
    with transaction() as parent, transaction() as child:
        return [parent.commit_mode, parent.isolation_level, child.commit_mode, child.isolation_level]


@case
def nested_failure_rolls_everything_back():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "outer")()
            with transaction():
                _task(seen, "inner")()
                raise RuntimeError("inner")

    main(return_state=True)
    return seen


@case
def nested_success():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "outer")()
            with transaction():
                _task(seen, "inner")()
            seen.append("inner block ended")

    main()
    return seen


@case
def outer_failure_after_inner_success():
    seen = []

    @flow
    def main():
        with transaction():
            with transaction():
                _task(seen, "inner")()
            _task(seen, "outer")()
            raise RuntimeError("outer")

    main(return_state=True)
    return seen


@case
def eager_child_is_committed_at_once():
    seen = []

    @flow
    def main():
        with transaction():
            with transaction(commit_mode=CommitMode.EAGER):
                _task(seen, "inner")()
            seen.append("inner block ended")
            raise RuntimeError("outer")

    main(return_state=True)
    return seen


@case
def failing_rollback_hook():
    seen = []
    first, second = _task(seen, "first"), _task(seen, "second")

    @second.on_rollback
    def bad(txn):
        raise RuntimeError("rollback hook")

    @flow
    def main():
        with transaction():
            first()
            second()
            raise ValueError("after")

    return [main(return_state=True), seen]


@case
def failing_commit_hook():
    seen = []
    work = _task(seen, "work")

    @work.on_commit
    def bad(txn):
        raise RuntimeError("commit hook")

    @flow
    def main():
        with transaction():
            work()

    return [main(return_state=True), seen]


@case
def several_hooks_of_one_task():
    seen = []
    work = _task(seen, "work")

    @work.on_rollback
    def second(txn):
        seen.append("rollback again")

    @work.on_commit
    def third(txn):
        seen.append("commit again")

    flow(lambda: work(), name="main")()

    @flow
    def failing():
        with transaction():
            work()
            raise ValueError("after")

    failing(return_state=True)
    return seen


@case
def hooks_given_as_options():
    seen = []
    from prefect import Task

    work = Task(
        lambda: 1,
        name="work",
        on_commit=[lambda txn: seen.append("commit")],
        on_rollback=[lambda txn: seen.append("back")],
    )
    flow(lambda: work(), name="main")()
    return seen


@case
def keyed_transaction_keeps_a_result():
    from prefect.filesystems import LocalFileSystem
    from prefect.results import ResultStore

    key = nonce()
    with folder() as path:
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))
        seen = []
        for _ in range(2):
            with transaction(key=key, store=store) as txn:
                seen.append(txn.is_committed())
                if not txn.is_committed():
                    txn.stage({"value": 1})
                else:
                    seen.append(txn.read().result)
        return seen


@case
def staged_value_is_not_kept_after_rollback():
    from prefect.filesystems import LocalFileSystem
    from prefect.results import ResultStore

    with folder() as path:
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))

        def run():
            with transaction(key="k", store=store) as txn:
                txn.stage(1)
                raise ValueError("x")

        attempt(run)
        return store.exists("k")


@case
def overwrite():
    from prefect.filesystems import LocalFileSystem
    from prefect.results import ResultStore

    with folder() as path:
        store = ResultStore(result_storage=LocalFileSystem(basepath=str(path)))
        with transaction(key="k", store=store) as txn:
            txn.stage(1)
        with transaction(key="k", store=store, overwrite=True) as txn:
            begun = txn.is_committed()
            txn.stage(2)
        return [begun, store.read("k").result]


@case
def cached_tasks_in_a_failed_transaction_run_again():
    from prefect.cache_policies import INPUTS

    key = nonce()
    counter = Counter()
    times = Counter()

    @task(cache_policy=INPUTS, persist_result=True)
    def work(x):
        return counter(x)

    @flow
    def main():
        with transaction():
            value = work(key)
            if times() == 1:
                raise ValueError("once")
        return value

    return [main(return_state=True), main(), counter.count]


@case
def submitted_tasks_in_a_transaction():
    seen = []

    @flow
    def main():
        with transaction():
            _task(seen, "one").submit().wait()
            raise RuntimeError("after")

    main(return_state=True)
    return seen


@case
def asynchronous_transaction():
    seen = []

    @task
    async def work():
        seen.append("run")

    @work.on_rollback
    async def undo(txn):
        seen.append("rollback")

    @work.on_commit
    def done(txn):
        seen.append("commit")

    @flow
    async def main(fail):
        async with atransaction() as txn:
            seen.append(type(txn).__name__)
            await work()
            if fail:
                raise RuntimeError("after")

    in_loop(main(False))
    in_loop(main(True, return_state=True))
    return seen


@case
def transaction_over_a_whole_flow_body():
    seen = []
    work = _task(seen, "work")

    @flow
    def child():
        work()

    @flow
    def main():
        with transaction():
            child()
            raise RuntimeError("after")

    main(return_state=True)
    return seen
