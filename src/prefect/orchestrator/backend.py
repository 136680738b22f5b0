"""The embedded backend: every decision and record goes straight to the store in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from prefect.core.journal import Draft, Moves, Row
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State
from prefect.core.ports import Clock, FlowRunRequest, RecordedCall, SlotGrant, SlotRequest, Transition
from prefect.core.records.artifacts import ArtifactRecord
from prefect.core.records.variables import VariableRecord
from prefect.exceptions import ObjectNotFound, StorageError
from prefect.orchestrator import artifacts, flow_runs, slots, variables
from prefect.storage.keyed import artifacts as stored_artifacts
from prefect.storage.keyed import calls, limits
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.keyed import variables as stored_variables
from prefect.storage.store import Store

TAG_LIMITS_SECONDS = 1.0
"""How long it may take until a new tag limit is noticed."""


class EmbeddedBackend:
    """Implements `core.ports.Backend` on a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.record: Callable[[str, Row | Draft | Moves], None] = store.append
        """Appends one entry to the journal; returns at once."""
        self.on_first_run: Callable[[], None] | None = None
        """Called once, when this process begins its first flow run or takes its first slot."""
        self._tag_limits: frozenset[str] = frozenset()
        self._tag_limits_until = float("-inf")

    def create_flow_run(self, request: FlowRunRequest) -> FlowRun:
        """Create a flow run; the same request again yields the same run."""
        return self.store.transact(lambda tx: flow_runs.create(tx, request, self.clock))

    def propose(self, run_id: UUID, states: Sequence[State[object]], attempt: int, force: bool = False) -> Transition:
        """Propose states in order. Raises ObjectNotFound if there is no such run."""
        decision = partial(
            flow_runs.propose_by_id,
            run_id=run_id,
            states=states,
            attempt=attempt,
            clock=self.clock,
            force=force,
        )
        try:
            decided = self.store.transact(decision)
        except StorageError:
            if states[-1].is_final():
                self.store.defer(decision)  # how a run ended is not forgotten because the database was away
            raise
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

    # --- slots

    def acquire_slots(self, request: SlotRequest) -> SlotGrant:
        """Take the slots wanted, or queue for them. Raises ConcurrencySlotAcquisitionError if they cannot be had."""
        known = self.store.read(lambda tx: slots.worth_asking(tx, request, self.clock.now()))
        if known is not None:
            return known
        grant = self.store.transact(lambda tx: slots.acquire(tx, request, self.clock))
        self._notice_run()
        return grant

    def renew_slots(self, holder: UUID, lease_seconds: float) -> bool:
        """Extend the lease on slots; False if they are no longer held."""
        return self.store.transact(lambda tx: slots.renew(tx, holder, lease_seconds, self.clock))

    def release_slots(self, holder: UUID) -> bool:
        """Give slots back, or stop waiting for them; False if they were not held any more."""
        return self.store.transact(lambda tx: slots.release(tx, holder, self.clock))

    def tag_limits(self) -> frozenset[str]:
        """Task tags that have a limit, as of a second ago."""
        now = self.clock.monotonic()
        if now >= self._tag_limits_until:
            self._tag_limits = self.store.read(lambda tx: limits.active_names(tx, limits.TAG))
            self._tag_limits_until = now + TAG_LIMITS_SECONDS
        return self._tag_limits

    # --- variables and artifacts

    def write_variable(
        self, name: str, value: str, tags: Sequence[str], overwrite: bool, new_id: UUID | None = None
    ) -> VariableRecord:
        """Set a variable to JSON text. Raises ObjectAlreadyExists unless it is new or `overwrite`."""
        return self.store.transact(lambda tx: variables.write(tx, name, value, tags, overwrite, self.clock, new_id))

    def read_variable(self, name: str) -> VariableRecord | None:
        """A variable, or None."""
        return self.store.read(lambda tx: stored_variables.find(tx, name))

    def delete_variable(self, name: str) -> bool:
        """Remove a variable; False if there is none."""
        return self.store.transact(lambda tx: stored_variables.delete(tx, name))

    def update_artifact(self, artifact_id: UUID, data: str | None, description: str | None) -> None:
        """Change what is given of an artifact, `data` as JSON text. Raises ObjectNotFound."""
        self.store.transact(lambda tx: artifacts.update(tx, artifact_id, data, description, self.clock))

    def newest_artifact(self, key: str | None) -> ArtifactRecord | None:
        """The newest artifact of a key, of all if the key is None; sees everything recorded so far."""
        self.store.flush()
        return self.store.read(lambda tx: stored_artifacts.newest(tx, key))

    # --- the record

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

    def deployment_name_and_version(self, deployment_id: UUID) -> tuple[str, str | None] | None:
        """Name and version of a deployment, None if there is none."""
        return self.store.read(lambda tx: stored_flow_runs.deployment_name_and_version(tx, deployment_id))

    def close(self) -> None:
        """Write what is queued and let go."""
        self.store.close()
