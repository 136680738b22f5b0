"""Automations and events from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prefect.settings import temporary_settings
from tests.cli.conftest import Prefect
from tests.faults.processes import environment
from tests.faults.servers import ServerProcess

AUTOMATION = {
    "name": "alarm",
    "trigger": {"type": "event", "expect": ["x.y"], "posture": "Reactive", "threshold": 1},
    "actions": [{"type": "do-nothing"}],
}


def test_an_automation_from_its_making_to_its_end(prefect: Prefect) -> None:
    made = prefect("automation", "create", "-j", json.dumps(AUTOMATION))
    assert made.out.startswith("Created automation 'alarm' with id ")
    identity = made.out.split()[-1]
    assert "expecting 1 of x.y" in prefect("automation", "ls").out
    found = prefect("automation", "inspect", "alarm", "--json").json
    assert [each["id"] for each in found] == [identity]
    assert prefect("automation", "inspect", "--id", identity, "-o", "json").json == found[0]
    assert "name: alarm" in prefect("automation", "inspect", "alarm", "--yaml").out
    assert "Trigger" in prefect("automation", "inspect", "alarm").out
    paused = prefect("automation", "pause", "alarm")
    assert paused.out == f"Paused automation(s) with name 'alarm' and id(s) '{identity}'.\n"
    assert prefect("automation", "inspect", "alarm", "--json").json[0]["enabled"] is False
    assert prefect("automation", "resume", "--id", identity).out == f"Resumed automation with id '{identity}'\n"
    changed = json.dumps({**AUTOMATION, "name": "bell"})
    assert prefect("automation", "update", "--id", identity, "-j", changed).code == 0
    assert prefect("automation", "inspect", "alarm").err == "Automation 'alarm' not found.\n"
    assert prefect("automation", "delete", "bell").out == "Deleted automation with name 'bell'\n"
    assert prefect("automation", "delete", "bell").code == 1
    assert prefect("automation", "delete", "--all").out == "No automations found.\n"


def test_automations_from_a_file(prefect: Prefect, tmp_path: Path) -> None:
    file = tmp_path / "automations.yaml"
    file.write_text(json.dumps({"automations": [AUTOMATION, {**AUTOMATION, "name": "bell"}]}))
    assert prefect("automation", "create", "--from-file", file).out.endswith("Created 2 automations.\n")
    assert [each["name"] for each in prefect("automation", "ls", "-o", "json").json] == ["alarm", "bell"]
    file.write_text("a: [")
    assert "is no YAML" in prefect("automation", "create", "--from-file", file).err
    assert prefect("automation", "create").code == 1
    said = prefect("automation", "create", "-j", '{"name": "x"}')
    assert said.code == 1
    assert "body.trigger: Field required" in said.err
    assert prefect("automation", "delete", "--all").out == "Deleted 2 automations.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Resource must include 'prefect.resource.id'"),
        (("--resource", "nope"), "neither a JSON object nor of the form KEY=VALUE"),
        (("--resource-id", "r", "--payload", "[]"), "--payload is no JSON object."),
        (("--resource-id", "r", "--related", "{}"), "--related is a JSON object"),
    ],
)
def test_what_is_no_event(prefect: Prefect, options: tuple[str, ...], message: str) -> None:
    said = prefect("events", "emit", "x.y", *options)
    assert said.code == 1
    assert message in said.err


def test_events_are_streamed(prefect: Prefect, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "server")
    server.start()
    watching = subprocess.Popen(
        [sys.executable, "-m", "prefect", "events", "stream", "--run-once"],
        env=environment(tmp_path / "other", PREFECT_API_URL=server.api),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with temporary_settings({"PREFECT_API_URL": server.api}):
            while watching.poll() is None:  # who watches is told of what happens from then on
                said = prefect("events", "emit", "x.y", "--resource-id", "r", "--payload", '{"a": 1}')
                assert said.out.startswith("Successfully emitted event 'x.y' with ID ")
        event = json.loads(watching.communicate(timeout=10)[0])
        assert (event["event"], event["payload"]) == ("x.y", {"a": 1})
    finally:
        watching.kill()
        server.stop()
    assert "There is no server to watch" in prefect("events", "stream").err
