"""The embedded backend: every decision and record goes straight to the store in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from prefect.core.journal import Draft, Row
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State
from prefect.core.ports import Clock, FlowRunRequest, RecordedCall, Transition
from prefect.exceptions import ObjectNotFound
from prefect.orchestrator import flow_runs
from prefect.storage.keyed import calls
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.store import Store


class EmbeddedBackend:
    """Implements `core.ports.Backend` on a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.record: Callable[[str, Row | Draft], None] = store.append
        """Appends one entry to the journal; returns at once."""
        self.on_first_run: Callable[[], None] | None = None
        """Called once, when this process begins its first flow run."""

    def create_flow_run(self, request: FlowRunRequest) -> FlowRun:
        """Create a flow run; the same request again yields the same run."""
        return self.store.transact(lambda tx: flow_runs.create(tx, request, self.clock))

    def propose(self, run_id: UUID, states: Sequence[State[object]], attempt: int, force: bool = False) -> Transition:
        """Propose states in order. Raises ObjectNotFound if there is no such run."""
        decided = self.store.transact(lambda tx: flow_runs.propose_by_id(tx, run_id, states, attempt, self.clock, force))
        self._notice_run()
        return decided

    def begin_flow_run(self, request: FlowRunRequest, states: Sequence[State[object]]) -> Transition:
        """Create a flow run and take it through its first states, in one transaction."""
        transition = self.store.transact(lambda tx: flow_runs.begin(tx, request, states, self.clock))
        self._notice_run()
        return transition

    def _notice_run(self) -> None:
        notice, self.on_first_run = self.on_first_run, None
        if notice is not None:
            notice()

    def flush(self, timeout: float | None = None) -> None:
        """Return when everything recorded so far is committed."""
        self.store.flush(timeout)

    def read_flow_run(self, run_id: UUID) -> FlowRun:
        """A flow run. Raises ObjectNotFound."""
        run = self.store.read(lambda tx: stored_flow_runs.load(tx, run_id))
        if run is None:
            raise ObjectNotFound(f"Flow run {str(run_id)!r} not found.")
        return run

    def recorded_calls(self, run_id: UUID) -> Sequence[RecordedCall]:
        """All calls of a flow run's earlier attempts that carry a call key."""
        return self.store.read(lambda tx: calls.recorded_calls(tx, run_id))

    def child_flow_run(self, parent_task_run_id: UUID) -> UUID | None:
        """Id of the flow run that a task run stands for in its parent, if there is one."""
        return self.store.read(lambda tx: stored_flow_runs.child_of(tx, parent_task_run_id))

    def close(self) -> None:
        """Write what is queued and let go."""
        self.store.close()
