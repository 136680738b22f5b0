"""Secrets at rest: sealed by keys outside the database, which replicas share."""

from __future__ import annotations

import stat
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prefect.exceptions import ConfigurationError
from prefect.server.secrets import KEY_FILE, UnreadableSecret, open_vault
from prefect.storage.store import Store
from tests.server.support import new_database, opened, sqlite_url

OLD, NEW = (urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(lambda _: open_vault(home), range(8)))
    assert len({vault.fingerprints for vault in vaults}) == 1
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == [KEY_FILE]
    assert open_vault(home).unseal(vaults[0].seal("hunter2 \N{SNOWMAN}")) == "hunter2 \N{SNOWMAN}"


def test_a_key_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    open_vault(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    open_vault(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_new_key_in_front_of_the_old_one(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, OLD).seal("secret")
    assert "secret" not in sealed
    rotated = open_vault(tmp_path, f"{NEW}, {OLD}")
    assert rotated.unseal(sealed) == "secret"
    with pytest.raises(UnreadableSecret, match="PREFECT_SERVER_ENCRYPTION_KEY"):
        open_vault(tmp_path, OLD).unseal(rotated.seal("secret"))
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("given", ["short", "not base64 at all!", f"{OLD},x", OLD[:-4]])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match="PREFECT_SERVER_ENCRYPTION_KEY") as raised:
        open_vault(tmp_path, given)
    assert given not in str(raised.value)


def test_a_replica_with_another_key_finds_out_when_it_starts(store: Store, tmp_path: Path) -> None:
    ours = open_vault(tmp_path, OLD)
    assert ours.agree_with(store, 1)
    stranger = open_vault(tmp_path, NEW)
    assert not stranger.agree_with(store, 2)
    for use in (lambda: stranger.seal("x"), lambda: stranger.unseal(ours.seal("x"))):
        with pytest.raises(UnreadableSecret, match="another key"):
            use()
    rotated = open_vault(tmp_path, f"{NEW},{OLD}")
    assert rotated.agree_with(store, 3)
    assert open_vault(tmp_path, NEW).agree_with(store, 4)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_of_replicas_that_start_at_once_one_is_first(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = sqlite_url(tmp_path) if kind == "sqlite" else new_database(request.getfixturevalue("postgres_url"))
    stores = [opened(url) for _ in range(4)]
    stores[0].read(lambda tx: tx.one("SELECT 1"))
    vaults = [open_vault(tmp_path / str(number)) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        agreed = list(threads.map(lambda pair: pair[0].agree_with(pair[1], 1), zip(vaults, stores, strict=True)))
    for store in stores:
        store.close()
    assert sum(agreed) == 1
