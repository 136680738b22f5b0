"""The few things the engine needs done for it, as protocols: a clock, and a backend that decides and records.

Two backends exist: the orchestrator on a database in this process, and the same behind HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from prefect.core.journal import Draft, Moves, Row
from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.lifecycle.states import State
from prefect.core.records.artifacts import ArtifactRecord
from prefect.core.records.variables import VariableRecord
from prefect.utilities.records import record

if TYPE_CHECKING:
    from prefect.core.lifecycle.transitions import Verdict


class Clock(Protocol):
    """Time, ids and randomness."""

    def now(self) -> int:
        """The moment: microseconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""

    def new_id(self) -> UUID:
        """A new UUID of version 7."""

    def random(self) -> float:
        """A number from [0, 1)."""


@record
class FlowRunRequest:
    """A flow run to be created."""

    id: UUID
    flow_name: str
    name: str
    state: State[object]
    parameters: str = "{}"
    """JSON text."""

    flow_version: str | None = None
    tags: Sequence[str] = ()
    flow_tags: Sequence[str] = ()
    labels: Mapping[str, object] = MappingProxyType({})
    parent_task_run_id: UUID | None = None
    parent_flow_run_id: UUID | None = None
    root_flow_run_id: UUID | None = None
    deployment_id: UUID | None = None
    idempotency_key: str | None = None
    context: str = "{}"
    retries: int = 0
    retry_delay: float = 0.0
    entrypoint: str | None = None
    environment: str = "{}"
    """JSON text: interpreter, platform, command and host that the run was created by."""

    job_variables: str = "{}"
    created_by: str | None = None
    """JSON text: who or what made it."""

    flow_id: UUID | None = None
    """An existing flow, in place of one by name."""

    deployment_version: str | None = None
    work_queue_id: UUID | None = None
    work_queue_name: str | None = None
    work_pool_name: str | None = None
    auto_scheduled: bool = False
    policy: str | None = None
    """JSON text: how it is retried, as whoever made it said."""

    infrastructure_document_id: UUID | None = None


@record
class Transition:
    """A verdict together with the run as it stands after it."""

    verdict: Verdict
    run: FlowRun


class RecordedCall(NamedTuple):
    """A task or subflow call of an earlier attempt, as replay needs it."""

    run_id: UUID
    call_key: bytes
    state_type: str
    sequence: int
    run_count: int
    result_kind: str | None
    result: bytes | None
    state_name: str = ""
    state_message: str | None = None
    created: int | None = None
    expected_start: int | None = None
    started: int | None = None
    run_micros: int = 0

    def goes_on_as(self, run: TaskRun) -> None:
        """Have the run of another attempt at the call stand where this one ended."""
        run.sequence, run.run_count = self.sequence, self.run_count
        run.created_at, run.expected_start, run.started = self.created, self.expected_start, self.started
        run.run_micros = self.run_micros


@record
class SlotRequest:
    """Slots wanted of one or several limits, all or none."""

    names: Sequence[str]
    occupy: int
    holder: UUID
    """Id of the lease that holds the slots."""

    run_id: UUID | None
    attempt: int
    lease_seconds: float
    strict: bool = False
    """Whether a limit that does not exist is an error instead of unlimited."""

    rate: bool = False
    """Whether slots are given back by decay alone, as a rate limit does."""

    kind: str = "global"
    """`global` limits go by name, `tag` limits by task tag."""


@record
class SlotGrant:
    """The answer to a `SlotRequest`."""

    granted: bool
    retry_after: float = 0.0
    """Seconds after which to ask again."""

    limits: Sequence[str] = ()
    """Names of the limits that exist and are enforced."""

    reason: str | None = None


class Backend(Protocol):
    """Decides what others must agree on, records what happened, and looks up what replay needs."""

    # --- decide: each call is one transaction, committed when it returns

    def create_flow_run(self, request: FlowRunRequest) -> FlowRun:
        """Create a flow run, and its flow by name if need be; the same request again yields the same run."""

    def propose(self, run_id: UUID, states: Sequence[State[object]], attempt: int, force: bool = False) -> Transition:
        """Propose states in order, until one is not accepted. Raises ObjectNotFound if there is no such run."""

    def begin_flow_run(self, request: FlowRunRequest, states: Sequence[State[object]]) -> Transition:
        """`create_flow_run` and `propose` for its first attempt, in one transaction."""

    def acquire_slots(self, request: SlotRequest) -> SlotGrant:
        """Take the slots wanted, or none. Raises ObjectNotFound if `strict` and a limit does not exist."""

    def renew_slots(self, holder: UUID, lease_seconds: float) -> bool:
        """Extend the lease on slots; False if they are no longer held."""

    def release_slots(self, holder: UUID) -> bool:
        """Give slots back, or stop waiting for them; False if they were not held any more."""

    def write_variable(
        self, name: str, value: str, tags: Sequence[str], overwrite: bool, new_id: UUID | None = None
    ) -> VariableRecord:
        """Set a variable to JSON text. Raises ObjectAlreadyExists unless it is new or `overwrite`.

        Args:
            new_id: its id if it is new; the same request again then finds its own.
        """

    def delete_variable(self, name: str) -> bool:
        """Remove a variable; False if there is none."""

    def update_artifact(self, artifact_id: UUID, data: str | None, description: str | None) -> None:
        """Change what is given of an artifact, `data` as JSON text. Raises ObjectNotFound."""

    # --- record: returns at once; durable when flush returns, or when the next decision does

    def record(self, table: str, row: Row | Draft | Moves) -> None:
        """Append one entry to the journal."""

    def flush(self, timeout: float | None = None) -> None:
        """Return when everything recorded so far is committed. Raises StorageError if that fails."""

    # --- look up

    def read_flow_run(self, run_id: UUID) -> FlowRun:
        """A flow run. Raises ObjectNotFound."""

    def recorded_calls(self, run_id: UUID) -> Sequence[RecordedCall]:
        """All calls of a flow run's earlier attempts that carry a call key."""

    def child_flow_run(self, parent_task_run_id: UUID) -> UUID | None:
        """Id of the flow run that a task run stands for in its parent, if there is one."""

    def deployment_name_and_version(self, deployment_id: UUID) -> tuple[str, str | None] | None:
        """Name and version of a deployment, None if there is none."""

    def tag_limits(self) -> frozenset[str]:
        """Task tags that have a limit, as of a second ago."""

    def read_variable(self, name: str) -> VariableRecord | None:
        """A variable, or None."""

    def newest_artifact(self, key: str | None) -> ArtifactRecord | None:
        """The newest artifact of a key, of all if the key is None; sees everything recorded so far."""

    def close(self) -> None:
        """Flush and let go of everything."""
