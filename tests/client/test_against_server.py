"""The whole scenario against the API in this process: each call ends as it did at the real server.

What is compared is what a call gave: an object of which class, which error, an answer of which status. A part whose
routes are not all served is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.testing.utilities import prefect_test_harness
from tests.client.outcomes import outcome_of
from tests.client.scenario import PARTS

OBSERVED = json.loads(Path(__file__).with_name("observed.json").read_text())["exchanges"]
HAS_ROWS = {"read_block_types", "read_block_schemas"}
"""What a server comes with was left out of the record."""


@pytest.fixture(scope="module", autouse=True)
def _home() -> Iterator[None]:
    with prefect_test_harness():
        yield


def kind(outcome: str) -> str:
    """The class of what was given, or the error, or the answer's status."""
    first, _, rest = outcome.partition(" ")
    return f"{first} {rest}" if first in ("raises", "Response") else first


def is_unserved(result: Any) -> bool:
    return isinstance(result, PrefectHTTPStatusError) and result.response.json() == {"detail": "Not Found"}


@pytest.mark.filterwarnings("ignore:set_deployment_paused_state:DeprecationWarning")
@pytest.mark.parametrize("part", PARTS)
def test_calls_end_as_they_do_at_the_real_server(part: str) -> None:
    differences = []
    with get_client(sync_client=True) as client:
        steps, result = PARTS[part](), None
        for observed in OBSERVED[part]:
            asked = steps.send(result)
            try:
                result = getattr(client, asked.method)(*asked.args, **asked.given)
            except Exception as error:
                result = error
            ours, theirs = kind(outcome_of(result)), kind(observed["outcome"])
            if is_unserved(result) and theirs != ours:
                pytest.skip(f"{asked.method} is not served yet")
            if ours != theirs and asked.method not in HAS_ROWS:
                differences.append(f"{asked.method}{asked.args}: {ours}, not {theirs}")
    assert not differences
