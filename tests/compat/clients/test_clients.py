"""The real Prefect's client leaves the same record on our server as on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat.clients.compare import Comparison, program_names
from tests.compat.clients.servers import oracle

WHERE = "HEADRACE_ORACLE=/path/to/a/virtual/environment/with/prefect==3.8.8 runs this"


@pytest.mark.slow
@pytest.mark.skipif(oracle() is None, reason=WHERE)
@pytest.mark.timeout(3600)
def test_every_program_leaves_the_same_record(tmp_path: Path) -> None:
    python = oracle()
    assert python is not None
    problems = Comparison(python, tmp_path, print).run(program_names())
    assert {name: lines for name, lines in problems.items() if lines} == {}


def test_programs_are_found() -> None:
    assert {"sync_flow", "worked", "command_runs"} <= set(program_names())
