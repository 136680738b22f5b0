"""Work queues from the command line, on the API in this process."""

from __future__ import annotations

from tests.cli.conftest import Prefect


def test_a_queue_from_its_making_to_its_end(prefect: Prefect) -> None:
    assert prefect("work-pool", "create", "p", "--type", "process").code == 0
    made = prefect("work-queue", "create", "urgent", "--pool", "p", "--limit", 2, "-q", 5)
    assert made.out.startswith("Created work queue 'urgent' in work pool 'p'\n")
    again = prefect("work-queue", "create", "urgent", "--pool", "p")
    assert (again.code, again.err) == (1, "Work queue with name: 'urgent' already exists.\n")
    said = prefect("work-queue", "set-concurrency-limit", "urgent", 4, "--pool", "p")
    assert said.out == "Concurrency limit of 4 set on work queue 'urgent' in work pool 'p'\n"
    assert (
        prefect("work-queue", "pause", "urgent", "--pool", "p").out == "Work queue 'urgent' in work pool 'p' paused\n"
    )
    found = prefect("work-queue", "inspect", "urgent", "--pool", "p", "-o", "json").json
    assert (found["concurrency_limit"], found["priority"], found["is_paused"]) == (4, 5, True)
    assert [q["name"] for q in prefect("work-queue", "ls", "--pool", "p", "-o", "json").json] == ["default", "urgent"]
    assert [q["name"] for q in prefect("work-queue", "ls", "--match", "ur", "-o", "json").json] == ["urgent"]
    assert "urgent (**)" in prefect("work-queue", "ls").out
    assert prefect("work-queue", "resume", "urgent", "--pool", "p").code == 0
    assert prefect("work-queue", "clear-concurrency-limit", "urgent", "--pool", "p").code == 0
    assert "0 active (unlimited)" in prefect("work-queue", "slots", "urgent", "--pool", "p").out
    assert prefect("work-queue", "read-runs", "urgent", "--pool", "p", "-o", "json").json == []
    deleted = prefect("work-queue", "delete", "urgent", "--pool", "p")
    assert deleted.out == "Successfully deleted work queue 'urgent' in work pool 'p'\n"
    gone = prefect("work-queue", "inspect", "urgent", "--pool", "p")
    assert (gone.code, gone.err) == (1, "No work queue named 'urgent' found in work pool 'p'.\n")
