"""Whatever the document allows, and what it does not: `python -m tests.server.schemathesis_run --examples 50`.

Schemathesis makes requests from the OpenAPI document that the server itself serves, half of them as documented and half not.
Ids of what earlier requests have made are put into the later ones, so that they reach more than "not found". None may be
answered 5xx or not at all, every good answer has the documented shape, and the server logs no traceback.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import msgpack
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.openapi.checks import JsonSchemaError
from schemathesis.specs.openapi.checks import response_schema_conformance

from prefect.wire.packing import MEDIA_TYPE
from tests.faults.servers import ServerProcess
from tests.support import postgres

PASSWORD = "root:a-passw0rd"
"""The server has one, so that an account that is made on the way locks nobody out."""

ENDLESS = "/headrace/live"
PATIENCE = 20.0
"""Seconds until a request counts as not answered."""

FIRST = ("post", "put", "patch", "get", "delete")
"""What makes things comes before what reads them, and that before what removes them."""

OURS_IN_FIVE = 4
"""Of five ids, how many stand for something, where anything of the kind has been made."""


@schemathesis.serializer(MEDIA_TYPE)
def packed(_: Any, value: Any) -> bytes:
    """What our own engine's requests carry; a value that MessagePack has no form for goes as text."""
    return bytes(msgpack.packb(value, default=str, unicode_errors="surrogatepass"))


@dataclass
class Findings:
    """What came of a run."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: int = 0
    problems: list[str] = field(default_factory=list)

    def servers_faults(self) -> int:
        """How many answers were 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def __str__(self) -> str:
        found = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.statuses.total()} requests of {self.operations} operations ({found})"


class Known:
    """Ids and names of what has been made, by kind."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made: dict[str, list[str]] = {}

    def learn(self, path: str, content: Any) -> None:
        """Remember what an answer tells of."""
        for item in content[:5] if isinstance(content, list) else [content]:
            if isinstance(item, dict):
                for name in ("id", "name", "key", "slug"):
                    if isinstance(item.get(name), str) and item[name]:
                        self.made.setdefault(f"{_kind(path)}.{name}", []).append(item[name])

    def put_into(self, case: Case[Any]) -> None:
        """Have a request mean something that is there."""
        parameters = case.path_parameters
        for name in parameters if isinstance(parameters, dict) else ():
            parameters[name] = self._instead(_meaning(name, case.operation.path), parameters[name])
        body: Any = case.body
        for name in body if isinstance(body, dict) else ():
            if isinstance(body[name], str) and (name.endswith(("_id", "_name")) or name == "name"):
                body[name] = self._instead(_meaning(name, case.operation.path), body[name])

    def _instead(self, meaning: str, value: Any) -> Any:
        known = self.made.get(meaning)
        return self.chance.choice(known[-20:]) if known and self.chance.randrange(5) < OURS_IN_FIVE else value


def _kind(path: str) -> str:
    """`/flow_runs/{id}/set_state` is about `flow_run`."""
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    kind = parts[1] if parts[0] in ("v2", "headrace", "ui") and len(parts) > 1 else parts[0]
    return "work_queue" if "queues" in path else kind.rstrip("s")


def _meaning(name: str, path: str) -> str:
    """Of which kind a parameter's value is."""
    if name in ("id", "name", "key", "slug"):
        return f"{_kind(path)}.{name}"
    kind, _, what = name.rpartition("_")
    return f"{kind}.{what}"


def run(api: str, examples: int, seed_: int, only: str = "") -> Findings:
    """Send requests of every operation to the server at an address.

    Args:
        examples: requests of an operation as documented, and as many that are not.
        only: a part of the paths to which it is limited.
    """
    findings, known = Findings(), Known(random.Random(seed_))
    schema = schemathesis.openapi.from_url(f"{api}/openapi.json", headers=_headers())
    schema.config.update(base_url=api)
    listed: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations = [operation for operation in listed if operation.path != ENDLESS]
    with _session() as session:
        for operation in [each for each in operations if each.method.upper() == "POST" and "{" not in each.path]:
            _try_out(operation.as_strategy(), 2, seed_ + 1, session, known, findings)
        for operation in sorted(operations, key=lambda each: FIRST.index(each.method.lower())):
            if only in operation.path:
                findings.operations += 1
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    _try_out(operation.as_strategy(generation_mode=mode), examples, seed_, session, known, findings)
    return findings


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _headers() -> dict[str, str]:
    return {"Authorization": requests.auth._basic_auth_str(*PASSWORD.split(":"))}


def _try_out(
    cases: Any, examples: int, seed_: int, session: requests.Session, known: Known, findings: Findings
) -> None:
    @seed(seed_)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Case[Any]) -> None:
        known.put_into(case)
        problem = _problem_of(case, session, known, findings)
        if problem:
            findings.problems.append(f"{problem}\n    {case.as_curl_command()[:1500]}")

    try:
        send()
    except Exception as error:  # nothing can be made wrong of an operation without parameters
        if not re.search(r"[Uu]nsatisf|Impossible|Unable to", f"{type(error).__name__} {error}"):
            raise


def _problem_of(case: Case[Any], session: requests.Session, known: Known, findings: Findings) -> str | None:
    """Send a request; says what is wrong with the answer."""
    place = f"{case.method} {case.operation.path}"
    try:
        answer = case.call(session=session, headers=_headers(), timeout=PATIENCE)
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError):
        return None  # it cannot even be sent
    except (requests.exceptions.RequestException, OSError) as error:
        return f"{place}: no answer, {type(error).__name__}: {error}"
    findings.statuses[answer.status_code] += 1
    if answer.status_code >= 500:
        return f"{place}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code == 401 and case.operation.path != "/headrace/access/session":
        return f"{place}: the password is not taken any more"
    if answer.status_code < 300:
        if answer.content and "json" in str(answer.headers.get("content-type")):
            known.learn(case.operation.path, answer.json())
        try:
            case.validate_response(answer, checks=[response_schema_conformance])
        except (AssertionError, JsonSchemaError, ExceptionGroup) as error:
            told = [*error.exceptions] if isinstance(error, ExceptionGroup) else [error]
            return f"{place}: {answer.status_code} is not as documented: {' '.join(str(each) for each in told)[:900]}"
    return None


def tracebacks(log: str) -> Iterator[str]:
    """The tracebacks in a server's log, with the line before."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("Traceback") or "Traceback (most recent" in line:
            yield "\n".join(lines[max(0, number - 1) : number + 40])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=50, help="of an operation as documented, and as many that are not"
    )
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="", help="operations whose path has this in it")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().getrandbits(32)
    print(f"seed {options.seed}", flush=True)
    if not options.postgres:
        return _story(options, None)
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL's binaries are not installed.")
        return 2
    with postgres.server(binaries) as url:
        return _story(options, url)


def _story(options: argparse.Namespace, database: str | None) -> int:
    server = ServerProcess(
        Path(tempfile.mkdtemp(prefix="headrace-schemathesis-")), database, PREFECT_SERVER_API_AUTH_STRING=PASSWORD
    )
    server.start()
    began = time.monotonic()
    warnings.simplefilter("ignore")
    try:
        findings = run(server.api, options.examples, options.seed, options.only)
    finally:
        server.stop()
    found = [*findings.problems, *tracebacks(server.log.read_text())]
    print("\n".join(found))
    print(f"{findings} in {time.monotonic() - began:.0f} s: {len(found)} problems; log in {server.log}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
