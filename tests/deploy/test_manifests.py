"""What `deploy/` starts: settings that exist, probes that answer, and a server that comes up as the files say."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from prefect.settings.root import INDEX
from tests.docs import pages
from tests.faults.processes import environment
from tests.faults.test_server_disk import until
from tests.server.support import new_database
from tests.support.ports import free_port
from tests.support.source import ROOT

DEPLOY = ROOT / "deploy"
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
SECRETS = {"POSTGRES_PASSWORD": "pg", "HEADRACE_AUTH": "admin:a-long-password", "HEADRACE_KEY": KEY}
Json = dict[str, Any]


def compose() -> Json:
    loaded: Json = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def manifests() -> dict[str, Json]:
    """Those for Kubernetes by kind."""
    return {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}


def container() -> Json:
    found: Json = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return found


def names() -> Iterator[tuple[str, str]]:
    """Every setting that a file or a page about running servers names."""
    places = [*DEPLOY.iterdir(), *(ROOT / "docs" / "how-to").glob("*.md"), ROOT / "docs/explanations/server.md"]
    for path in places:
        for name in re.findall(r"\bPREFECT_[A-Z_]+[A-Z]\b", path.read_text()):
            yield path.name, name


def test_every_setting_that_is_named_exists() -> None:
    known = {name for field in INDEX.by_accessor.values() for name in (field.name, *field.aliases)}
    unknown = {(place, name) for place, name in names() if name not in known}
    assert {name for _, name in unknown} <= {"PREFECT_HOME"}, unknown


def test_kubernetes_selects_and_probes_what_it_starts() -> None:
    found = manifests()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget"):
        selector = found[kind]["spec"]["selector"]
        assert selector.get("matchLabels", selector) == labels
    assert container()["readinessProbe"]["httpGet"]["path"] == "/api/ready"
    assert container()["livenessProbe"]["httpGet"]["path"] == "/api/health"
    port = container()["ports"][0]
    assert found["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    assert str(port["containerPort"]) in container()["command"]


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: SECRETS[found.group(1)], text)


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["compose", "kubernetes"])
def test_the_server_comes_up_as_the_file_says(kind: str, postgres_url: str, tmp_path: Path) -> None:
    port, database = free_port(), new_database(postgres_url)
    if kind == "compose":
        service = compose()["services"]["server"]
        command, given = list(service["command"]), {k: _filled(v) for k, v in service["environment"].items()}
    else:
        plain = {each["name"]: each.get("value") for each in container()["env"]}
        secret = {
            "PREFECT_SERVER_API_AUTH_STRING": SECRETS["HEADRACE_AUTH"],
            "PREFECT_SERVER_ENCRYPTION_KEY": SECRETS["HEADRACE_KEY"],
        }
        command, given = list(container()["command"]), {k: v for k, v in plain.items() if v is not None} | secret
    given["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    command = [part for part in command if part != "4200" and part != "--port"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        env=environment(tmp_path / "home", **given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: status(port, "/api/ready") == 200)
        assert status(port, "/api/health") == 200
        assert status(port, "/api/version") == 401
        assert status(port, "/api/metrics") == 401
        assert process.poll() is None
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=30)
    assert "Traceback" not in output


# --- the page about PostgreSQL, whose commands take a database


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_commands_of_the_page_about_postgresql(postgres_url: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "postgresql.md").read_text()
    scripts = [text for _, info, text in pages.fences(page) if info == "sh"]
    assert any("PREFECT_SERVER_DATABASE_CONNECTION_URL" in script for script in scripts)
    database = new_database(postgres_url)
    for line in (
        line for script in scripts for line in script.splitlines() if line.startswith("prefect server database")
    ):
        done = subprocess.run(
            [sys.executable, "-m", *line.split()],
            env=environment(tmp_path / "home", PREFECT_SERVER_DATABASE_CONNECTION_URL=database),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
