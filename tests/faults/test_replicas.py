"""Three replicas on one PostgreSQL, killed in turn under load: the short form of `python -m tests.faults.replicas`."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults import replicas
from tests.faults.outages import Load
from tests.faults.replicas import Story
from tests.server.support import new_database

STORY = Story(seconds=14.0, every=4.0, load=Load(flows=2, tasks=14, lines=3, seconds=0.8), contenders=2)

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(240)]


def test_nothing_is_lost_or_decided_twice(postgres_url: str, tmp_path: Path) -> None:
    database, mark = new_database(postgres_url), uuid4().hex[:8]
    rows = replicas.rows_of(database)
    with replicas.replicas(tmp_path / "servers", database) as servers:
        told = replicas.tell(STORY, servers, rows, tmp_path, random.Random(11), mark)
    assert len(told.finished) > 50
    assert replicas.check(STORY, told, rows, mark) == []
