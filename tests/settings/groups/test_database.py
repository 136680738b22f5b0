"""The database's address, given whole or in parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefect.settings import InvalidSettings, Settings

pytestmark = pytest.mark.usefixtures("home")

PARTS = {
    "DRIVER": "postgresql+asyncpg",
    "HOST": "h",
    "USER": "us er",
    "PASSWORD": "p@w",
    "NAME": "n",
}


def address(monkeypatch: pytest.MonkeyPatch, **parts: str) -> str:
    for name, value in parts.items():
        monkeypatch.setenv(f"PREFECT_SERVER_DATABASE_{name}", value)
    url = Settings().server.database.connection_url
    assert url is not None
    return url.get_secret_value()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db",
        "sqlite+aiosqlite:////abs/x.db",
        "sqlite+aiosqlite:///:memory:",
        "postgres://u:p@h/d",
        "postgresql://u:p@h/d",
        "postgresql+asyncpg://u:p@h:5/d?ssl=require",
        "postgresql+psycopg://h/d",
    ],
)
def test_addresses_given_whole(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert address(monkeypatch, CONNECTION_URL=url) == url


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "/a/path.db"])
def test_databases_we_do_not_know(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(InvalidSettings, match="expected sqlite:///path"):
        address(monkeypatch, CONNECTION_URL=url)


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert address(monkeypatch, CONNECTION_URL="") == f"sqlite+aiosqlite:///{home}/prefect.db"


def test_home_and_tilde(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert address(monkeypatch, CONNECTION_URL="sqlite:///$PREFECT_HOME/q.db") == f"sqlite:///{home}/q.db"
    assert address(monkeypatch, CONNECTION_URL="sqlite:///~/q.db") == f"sqlite:///{Path.home()}/q.db"


def test_an_address_made_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address(monkeypatch, **PARTS) == "postgresql+asyncpg://us%20er:p%40w@h:5432/n"
    assert address(monkeypatch, PORT="99") == "postgresql+asyncpg://us%20er:p%40w@h:99/n"
    monkeypatch.delenv("PREFECT_SERVER_DATABASE_PASSWORD")
    assert address(monkeypatch) == "postgresql+asyncpg://us%20er@h:99/n"


@pytest.mark.parametrize("part", ["HOST", "USER", "NAME"])
def test_parts_that_are_missing(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    with pytest.raises(InvalidSettings, match=f"needs PREFECT_SERVER_DATABASE_{part} as well"):
        address(monkeypatch, **{name: value for name, value in PARTS.items() if name != part})


def test_without_a_driver_the_parts_mean_nothing(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert address(monkeypatch, HOST="h", NAME="n") == f"sqlite+aiosqlite:///{home}/prefect.db"


def test_sqlite_by_its_file(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert address(monkeypatch, DRIVER="sqlite+aiosqlite") == f"sqlite+aiosqlite:///{home}/prefect.db"
    assert address(monkeypatch, NAME="/a.db") == "sqlite+aiosqlite:////a.db"


@pytest.mark.parametrize("name", ["PREFECT_SERVER_DATABASE_PASSWORD", "PREFECT_API_DATABASE_PASSWORD"])
@pytest.mark.parametrize("form", ["${%s}", "$%s"])
def test_the_address_may_refer_to_the_password(monkeypatch: pytest.MonkeyPatch, name: str, form: str) -> None:
    url = f"postgresql://u:{form % name}@h/d"
    with pytest.raises(InvalidSettings, match="set PREFECT_SERVER_DATABASE_PASSWORD as well"):
        address(monkeypatch, CONNECTION_URL=url)
    monkeypatch.setenv(name, "hush")
    assert address(monkeypatch) == "postgresql://u:hush@h/d"
