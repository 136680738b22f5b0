"""A seeded world in which processes run flows on one store, and everything happens to them that can.

Decisions are the orchestrator's own, on SQLite in memory; only time, chance, the processes and the network between
them and the store are imitated. Messages are delayed, reordered and delivered twice; processes stall, die and wake up
again after they were given up. After every step the promise is checked; a seed replays a violation.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.ids import uuid7
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.core.ports import FlowRunRequest, Transition
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator import flow_runs
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.orchestrator.lost_runs import is_lost
from prefect.storage.keyed import attempts
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.schema import creation
from prefect.storage.sqlite.transaction import SqliteTransaction
from prefect.storage.sqlite.upserts import upsert
from prefect.storage.transaction import Transaction
from prefect.storage.upserts import write_rows

START = 1_800_000_000 * SECOND
DETECTION_INTERVAL = 4.0
ENDS = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED)

# Which type may follow which in a run's history, written out by hand.
FOLLOWS: dict[str | None, str] = {
    None: "SCHEDULED PENDING",
    "SCHEDULED": "SCHEDULED PENDING RUNNING COMPLETED FAILED CRASHED CANCELLED CANCELLING",
    "PENDING": "SCHEDULED PENDING RUNNING COMPLETED FAILED CRASHED CANCELLED CANCELLING",
    "RUNNING": "SCHEDULED RUNNING COMPLETED FAILED CRASHED CANCELLED CANCELLING PAUSED",
    "PAUSED": "SCHEDULED RUNNING COMPLETED FAILED CRASHED CANCELLED CANCELLING",
    "CANCELLING": "CANCELLING CANCELLED",
    "COMPLETED": "SCHEDULED PENDING",
    "FAILED": "SCHEDULED PENDING",
    "CANCELLED": "SCHEDULED PENDING",
    "CRASHED": "SCHEDULED PENDING COMPLETED FAILED CANCELLED CRASHED",
}


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, chance: random.Random) -> None:
        self.moment = START
        self.chance = chance

    def now(self) -> int:
        return self.moment

    def monotonic(self) -> float:
        return self.moment / SECOND

    def new_id(self) -> UUID:
        return uuid7(self.moment, self.chance.getrandbits(62))

    def random(self) -> float:
        return self.chance.random()

    def advance(self, seconds: float) -> None:
        self.moment += int(seconds * SECOND)


@dataclass
class Process:
    """Somebody who runs flows: its identity, and the attempts it believes to be its own."""

    name: str
    alive: bool = True
    stalled: bool = False
    running: dict[UUID, int] = field(default_factory=dict)


Message = Callable[[], None]


class World:
    """One store, some processes, messages under way, and a clock."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock(self.chance)
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.executescript(";".join(creation("sqlite")))
        self.processes = [Process(f"host-{number}/boot/{number}/1") for number in range(3)]
        self.runs: list[UUID] = []
        self.under_way: list[Message] = []
        self.heard: dict[str, int] = {}
        self.not_before: dict[UUID, int] = {}
        self.births = len(self.processes)
        self.next_detection = self.clock.moment

    # --- the store

    def decide(self, process: str, decision: Callable[[Transaction], Any]) -> Any:
        """One transaction of one process."""
        rows: dict[str, list[Any]] = {}
        transaction = SqliteTransaction(
            self.database, lambda table, row: rows.setdefault(table, []).append(row), process
        )
        self.database.execute("BEGIN IMMEDIATE")
        result = decision(transaction)
        write_rows(partial(upsert, self.database), rows)
        self.database.execute("COMMIT")
        return result

    def propose(self, process: str, run_id: UUID, states: list[State[object]], attempt: int) -> Transition:
        transition: Transition = self.decide(
            process, lambda tx: flow_runs.propose_by_id(tx, run_id, states, attempt, self.clock, False)
        )
        return transition

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.execute(sql, parameters).fetchall()

    # --- what can happen

    def step(self) -> None:
        """Let one thing happen, picked by chance, and the watchman have a look when it is time."""
        things = (
            self.create, self.create, self.begin, self.begin, self.begin, self.report, self.report, self.report,
            self.pause, self.beat, self.beat, self.beat, self.deliver, self.deliver, self.die, self.stall, self.wake,
            self.cancel, self.reschedule, self.let_time_pass, self.let_time_pass, self.let_time_pass, self.retry,
        )  # fmt: skip
        self.chance.choice(things)()
        if self.clock.moment >= self.next_detection:
            self.detect()
            self.next_detection = self.clock.moment + int(DETECTION_INTERVAL * SECOND)

    def state(self, type: StateType, **details: Any) -> State[object]:
        return State.at(
            self.clock.moment, type, type.capitalize(), details=StateDetails(**details) if details else None
        )

    def create(self) -> None:
        later = self.chance.random() < 0.4
        due = self.clock.moment + int(self.chance.uniform(1, 60) * SECOND)
        first = (
            self.state(StateType.SCHEDULED, scheduled_time=to_datetime(due)) if later else self.state(StateType.PENDING)
        )
        run_id = self.clock.new_id()
        request = FlowRunRequest(run_id, "flow", "run", first, retries=self.chance.choice((0, 0, 1, 2)))
        self.send(lambda: self.decide("api", lambda tx: flow_runs.create(tx, request, self.clock)))
        self.runs.append(run_id)
        if later:
            self.not_before[run_id] = due

    def begin(self) -> None:
        """A process takes a run up, as it is read now."""
        process, run_id = self.someone(), self.some_run()
        if process is None or run_id is None:
            return
        read = self.rows("SELECT attempt FROM flow_run WHERE id = ?", run_id.bytes)
        if not read:
            return
        attempt = read[0][0] + 1
        states = [self.state(StateType.PENDING), self.state(StateType.RUNNING)]

        def take_up() -> None:
            if self.propose(process.name, run_id, states, attempt).verdict.outcome == "ACCEPT":
                process.running[run_id] = attempt

        self.send(take_up)

    def report(self) -> None:
        """A process says how a run ended, or is ended from outside; stalled ones say it of runs they have lost."""
        process = self.someone()
        if process is None or not process.running:
            return
        run_id = self.chance.choice(list(process.running))
        attempt = process.running[run_id]
        end = self.state(self.chance.choice(ENDS))
        self.send(lambda: self.ended(process, run_id, self.propose(process.name, run_id, [end], attempt)))

    def ended(self, process: Process, run_id: UUID, transition: Transition) -> None:
        entered = transition.verdict.state
        if entered is None or entered.type in TERMINAL_STATES:
            process.running.pop(run_id, None)

    def retry(self) -> None:
        """A process goes on with a run that awaits its next try, or that was paused."""
        process = self.someone()
        if process is None or not process.running:
            return
        run_id = self.chance.choice(list(process.running))
        attempt = process.running[run_id]
        self.send(lambda: self.propose(process.name, run_id, [self.state(StateType.RUNNING)], attempt))

    def pause(self) -> None:
        process = self.someone()
        if process is None or not process.running:
            return
        run_id = self.chance.choice(list(process.running))
        attempt, suspend = process.running[run_id], self.chance.random() < 0.5
        paused = self.state(StateType.PAUSED, pause_reschedule=suspend) if suspend else self.state(StateType.PAUSED)
        self.send(lambda: self.propose(process.name, run_id, [paused], attempt))

    def cancel(self) -> None:
        self.operate(StateType.CANCELLING)

    def reschedule(self) -> None:
        self.operate(StateType.SCHEDULED)

    def operate(self, type: StateType) -> None:
        """Somebody asks for a state of the run as it is known."""
        run_id = self.some_run()
        read = self.rows("SELECT attempt FROM flow_run WHERE id = ?", run_id.bytes) if run_id else []
        if run_id is not None and read:
            attempt = read[0][0]
            self.send(lambda: self.propose("api", run_id, [self.state(type)], attempt))

    def beat(self) -> None:
        """A process says that it lives."""
        process = self.someone()
        if process is None:
            return
        now = self.clock.moment
        expires = now + int(LEASE_SECONDS * SECOND)
        self.decide(process.name, lambda tx: attempts.renew_all(tx, now, expires))
        self.heard[process.name] = now

    def die(self) -> None:
        """A process ends, and another is started in its place."""
        process = self.someone()
        if process is not None and self.chance.random() < 0.3:
            process.alive = False
            self.births += 1
            self.processes.append(Process(f"host-{self.births}/boot/{self.births}/1"))

    def stall(self) -> None:
        process = self.someone()
        if process is not None and self.chance.random() < 0.5:
            process.stalled = True

    def wake(self) -> None:
        for process in self.processes:
            process.stalled = False

    def let_time_pass(self) -> None:
        self.clock.advance(self.chance.choice((0.001, 0.5, 3, 9, 20)))

    # --- the network

    def send(self, message: Message) -> None:
        """Have something done now, later, twice or never."""
        fate = self.chance.random()
        if fate < 0.6:
            message()
        if 0.5 < fate < 0.9:
            self.under_way.append(message)

    def deliver(self) -> None:
        if self.under_way:
            self.under_way.pop(self.chance.randrange(len(self.under_way)))()

    # --- the watchman

    def detect(self) -> None:
        """One pass of crash detection, as the service makes it."""
        now = self.clock.moment
        for attempt in self.decide("watchman", attempts.open_attempts):
            if not is_lost(attempt, now):
                continue
            beat = max(attempt.started, self.heard.get(attempt.holder, 0))
            assert beat + int(LEASE_SECONDS * SECOND) < now, "a process that had reported in time was given up"
            self.decide("watchman", lambda tx, attempt=attempt: self._crash(tx, attempt.run_id))
        lapsed = self.rows("SELECT holder FROM run_attempt WHERE ended IS NULL AND expires < ?", now)
        assert lapsed == [], "a lapsed attempt survived the watchman"

    def _crash(self, tx: Transaction, run_id: UUID) -> None:
        run = stored_flow_runs.load(tx, run_id)
        assert run is not None
        flow_runs.crash_if_lost(tx, run, self.clock)

    # --- picking

    def someone(self) -> Process | None:
        awake = [process for process in self.processes if process.alive and not process.stalled]
        return self.chance.choice(awake) if awake else None

    def some_run(self) -> UUID | None:
        return self.chance.choice(self.runs) if self.runs else None
