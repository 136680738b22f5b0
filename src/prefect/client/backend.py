"""The engine's backend on a server: what is recorded goes there in acknowledged batches, decisions go by request.

While the server is away, records are kept on disk (`spool`), and whoever needs a decision waits: a run that has begun for
long, since its work would be lost, a new one briefly. How a run ended is kept like a record if the server stays away.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID, uuid4

from prefect.client.delivery import Delivery
from prefect.client.door import Door, ServerAway
from prefect.client.transport import TransportOptions
from prefect.core.journal import Draft, Moves, Row
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateDetails
from prefect.core.ports import FlowRunRequest, RecordedCall, SlotGrant, SlotRequest, Transition
from prefect.core.records.artifacts import ArtifactRecord
from prefect.core.records.variables import VariableRecord
from prefect.exceptions import NotReachable, PrefectException
from prefect.storage.journal import Journal
from prefect.utilities.records import record
from prefect.wire.packing import Malformed, pack, unpack

BACKEND = "/headrace/backend/"
TAG_LIMITS_SECONDS = 1.0
"""How long it may take until a new tag limit is noticed."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
RENEWAL_SECONDS = 8.0
"""Seconds between two renewals of what this process holds."""

CLOSING_SECONDS = 5.0
"""Seconds that the end of a process waits for a server that is away, before it leaves the spool to later ones."""

logger = logging.getLogger("prefect.client")


@record
class Patience:
    """Seconds to wait for a server that is away."""

    to_start: float = 15.0
    """With a run that has not begun."""

    to_go_on: float = 600.0
    """With one that has."""


class RemoteBackend:
    """Implements `core.ports.Backend` on a server."""

    def __init__(
        self,
        options: TransportOptions,
        process: str,
        delivery_to: Callable[[Door], Delivery],
        patience: Patience | None = None,
    ) -> None:
        self.process = process
        self.patience = patience or Patience()
        self.on_first_run: Callable[[], None] | None = None
        """Called once, when this process begins its first flow run or takes its first slot."""

        self.on_stopping: Callable[[Sequence[UUID]], None] | None = None
        """Called with the runs of this process that are being cancelled, whenever it learns of some."""

        self._door = Door(options, process)
        self._delivery = delivery_to(self._door)
        self._journal = Journal(self._delivery, process)
        self.record: Callable[[str, Row | Draft | Moves], None] = self._journal.append
        """Appends one entry to the journal; returns at once."""

        self._begun = False
        self._renewed = float("-inf")
        self._tag_limits: frozenset[str] = frozenset()
        self._tag_limits_until = float("-inf")

    # --- decide

    def create_flow_run(self, request: FlowRunRequest) -> FlowRun:
        """Create a flow run; the same request again yields the same run."""
        return cast(FlowRun, self._ask("create_flow_run", request=request))

    def propose(self, run_id: UUID, states: Sequence[State[object]], attempt: int, force: bool = False) -> Transition:
        """Propose states in order. Raises ObjectNotFound if there is no such run."""
        self._deliver_first()
        asked = {"run_id": run_id, "states": _marked(states), "attempt": attempt, "force": force}
        return self._decided(states, self._ask("propose", **asked))

    def begin_flow_run(self, request: FlowRunRequest, states: Sequence[State[object]]) -> Transition:
        """Create a flow run and take it through its first states, in one transaction."""
        self._deliver_first()
        return self._decided(states, self._ask("begin_flow_run", request=request, states=_marked(states)))

    def _decided(self, states: Sequence[State[object]], transition: Transition) -> Transition:
        """The verdict about the very states that were proposed, which hold results that never travel."""
        self._begun = True
        notice, self.on_first_run = self.on_first_run, None
        if notice is not None:
            notice()
        return transition_of(states, transition)

    def acquire_slots(self, request: SlotRequest) -> SlotGrant:
        """Take the slots wanted, or queue for them. Raises ConcurrencySlotAcquisitionError if they cannot be had."""
        grant: SlotGrant = self._ask("acquire_slots", request=request)
        notice, self.on_first_run = self.on_first_run, None
        if notice is not None:
            notice()
        return grant

    def renew_slots(self, holder: UUID, lease_seconds: float) -> bool:
        """Extend the lease on slots; False if they are no longer held."""
        return bool(self._ask("renew_slots", holder=holder, lease_seconds=lease_seconds))

    def release_slots(self, holder: UUID) -> bool:
        """Give slots back, or stop waiting for them; False if they were not held any more."""
        return bool(self._ask("release_slots", holder=holder))

    def write_variable(
        self, name: str, value: str, tags: Sequence[str], overwrite: bool, new_id: UUID | None = None
    ) -> VariableRecord:
        """Set a variable to JSON text. Raises ObjectAlreadyExists unless it is new or `overwrite`."""
        asked = {"name": name, "value": value, "tags": list(tags), "overwrite": overwrite, "new_id": new_id or uuid4()}
        return cast(VariableRecord, self._ask("write_variable", **asked))

    def delete_variable(self, name: str) -> bool:
        """Remove a variable; False if there is none."""
        return bool(self._ask("delete_variable", name=name))

    def update_artifact(self, artifact_id: UUID, data: str | None, description: str | None) -> None:
        """Change what is given of an artifact, `data` as JSON text. Raises ObjectNotFound."""
        self._deliver_first()
        self._ask("update_artifact", artifact_id=artifact_id, data=data, description=description)

    # --- record

    def flush(self, timeout: float | None = None) -> None:
        """Return when everything recorded so far is acknowledged by the server, or kept on disk until it is."""
        self._journal.flush(timeout)

    def _deliver_first(self) -> None:
        """What a decision may rest on is with the server before it is asked for."""
        self._journal.flush()
        deadline = time.monotonic() + self._patience()
        while self._delivery.waits and not self._delivery.deliver_waiting() and time.monotonic() < deadline:
            time.sleep(FIRST_PAUSE)

    # --- look up

    def read_flow_run(self, run_id: UUID) -> FlowRun:
        """A flow run. Raises ObjectNotFound."""
        return cast(FlowRun, self._ask("read_flow_run", run_id=run_id))

    def recorded_calls(self, run_id: UUID) -> Sequence[RecordedCall]:
        """All calls of a flow run's earlier attempts that carry a call key."""
        self._deliver_first()
        return cast(Sequence[RecordedCall], self._ask("recorded_calls", run_id=run_id))

    def child_flow_run(self, parent_task_run_id: UUID) -> UUID | None:
        """Id of the flow run that a task run stands for in its parent, if there is one."""
        return cast("UUID | None", self._ask("child_flow_run", parent_task_run_id=parent_task_run_id))

    def deployment_name_and_version(self, deployment_id: UUID) -> tuple[str, str | None] | None:
        """Name and version of a deployment, None if there is none."""
        found = self._ask("deployment_name_and_version", deployment_id=deployment_id)
        return None if found is None else (found[0], found[1])

    def tag_limits(self) -> frozenset[str]:
        """Task tags that have a limit, as of a second ago."""
        now = time.monotonic()
        if now >= self._tag_limits_until:
            self._tag_limits = frozenset(self._ask("tag_limits"))
            self._tag_limits_until = now + TAG_LIMITS_SECONDS
        return self._tag_limits

    def read_variable(self, name: str) -> VariableRecord | None:
        """A variable, or None."""
        return cast("VariableRecord | None", self._ask("read_variable", name=name))

    def newest_artifact(self, key: str | None) -> ArtifactRecord | None:
        """The newest artifact of a key, of all if the key is None; sees everything recorded so far."""
        self._deliver_first()
        return cast("ArtifactRecord | None", self._ask("newest_artifact", key=key))

    # --- keeping what is held

    def tick(self) -> int:
        """Renew what this process holds on the server, and deliver what waits; returns how many runs are to stop."""
        if self._delivery.waits:
            self._delivery.deliver_waiting()
        now = time.monotonic()
        if now - self._renewed < RENEWAL_SECONDS:
            return 0
        self._delivery.deliver_orphans()
        try:
            stopping = self._once("renew", {})
        except ServerAway:
            return 0  # the next pass tries again; a lease outlasts several
        self._renewed = now
        if stopping and self.on_stopping is not None:
            self.on_stopping(stopping)
        return len(stopping)

    def close(self) -> None:
        """Deliver what is recorded, or leave it on disk, and let go."""
        self._journal.close()
        deadline = time.monotonic() + CLOSING_SECONDS
        while self._delivery.waits and not self._delivery.deliver_waiting() and time.monotonic() < deadline:
            time.sleep(FIRST_PAUSE)
        if self._delivery.waits:
            logger.error(
                "The server at %s is still away; what it has not been told waits on disk for the next run that speaks to"
                " it.",
                self._door.address,
            )
        self._door.close()

    # --- asking

    def _patience(self) -> float:
        return self.patience.to_go_on if self._begun else self.patience.to_start

    def _ask(self, method: str, **arguments: object) -> Any:
        """The server's decision. Raises what it raises, NotReachable if it stays away."""
        deadline = time.monotonic() + self._patience()
        pause = FIRST_PAUSE
        while True:
            try:
                return self._once(method, arguments)
            except ServerAway as away:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise
                time.sleep(min(max(pause, away.retry_after), left))
                pause = min(pause * 2, LONGEST_PAUSE)

    def _once(self, method: str, arguments: dict[str, object]) -> Any:
        response = self._door.post(BACKEND + method, pack(arguments))
        if response.status_code == 200:
            try:
                return unpack(response.content)
            except Malformed as error:
                raise NotReachable(f"What answers at {self._door.address} is no Headrace server: {error}") from error
        raise self._error(response)

    def _error(self, response: Any) -> Exception:
        """What the server raised, as if it had been raised here."""
        try:
            content = response.json()
        except ValueError:
            content = {}
        detail, name = str(content.get("detail") or response.text[:300]), content.get("error")
        kind = getattr(sys.modules[PrefectException.__module__], name, None) if isinstance(name, str) else None
        if isinstance(kind, type) and issubclass(kind, PrefectException):
            return rebuilt(kind, detail)
        if response.status_code == 404:
            return NotReachable(
                f"What answers at {self._door.address} is no Headrace server. Set PREFECT_API_URL to the address of one,"
                " which usually ends in /api."
            )
        if response.status_code in (401, 403):
            return NotReachable(
                f"The server at {self._door.address} refuses access ({response.status_code}: {detail}); set PREFECT_API_KEY"
                " or PREFECT_API_AUTH_STRING."
            )
        return PrefectException(f"The server at {self._door.address} answers {response.status_code}: {detail}")


def rebuilt(kind: type[PrefectException], message: str) -> PrefectException:
    """An error of a class with that message, whatever the class's own constructor takes."""
    made = kind.__new__(kind)
    Exception.__init__(made, message)
    return made


def _marked(states: Sequence[State[object]]) -> list[State[object]]:
    """The states, each with an id for this transition, so that asking again is asking for the same."""
    marked = []
    for state in states:
        details = StateDetails(**{"transition_id": uuid4(), **state.detail_facts()})
        marked.append(state.model_copy(update={"state_details": details}))
    return marked


def transition_of(proposed: Sequence[State[object]], transition: Transition) -> Transition:
    """The transition with the caller's own state in place of the copy that came back, if that was entered."""
    entered, last = transition.verdict.state, proposed[-1]
    if entered is None or (entered.type, entered.name) != (last.type, last.name):
        return transition
    last.stamp(entered.moment or 0)
    last.id = entered.id
    transition.run.state = last
    return Transition(type(transition.verdict)(**{**transition.verdict.__dict__, "state": last}), transition.run)
