"""What `prefect server database` does to a schema: up, down, noted, emptied, and where it stands.

Versions follow each other in one line: 0 is none, and each has one step from the version before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from re import fullmatch

from sqlalchemy import Connection, StaticPool, create_engine
from sqlalchemy.exc import DBAPIError

from prefect.exceptions import ConfigurationError, SchemaTooNew
from prefect.storage.migrations import upgrading
from prefect.storage.migrations.raw import RawRecord
from prefect.storage.migrations.steps import script
from prefect.storage.schema import SCHEMA_VERSION, creation, revision
from prefect.storage.store import StoreOptions, open_store, opening_of
from prefect.storage.tables import metadata

STAMPS = "alembic_version"
PROCESS = "database-command/-/0/0"


@contextmanager
def opened(url: str, options: StoreOptions) -> Iterator[RawRecord]:
    """The record at an address, whatever its schema. Raises StorageError, ConfigurationError."""
    record: RawRecord = opening_of(url).open_raw(url, options)
    try:
        yield record
    except DBAPIError as error:
        raise record.translate(error.orig if isinstance(error.orig, Exception) else error) from error
    finally:
        record.close()


def version_at(url: str, options: StoreOptions) -> int:
    """The version of the schema; 0 if there is none."""
    with opened(url, options) as record:
        return record.version


def target_of(text: str, current: int) -> int:
    """The version that a revision, `head`, `base`, or a number of steps such as `-1` stands for. Raises ConfigurationError."""
    if text in ("head", "base"):
        return SCHEMA_VERSION if text == "head" else 0
    if fullmatch(r"[+-]\d{1,3}", text):
        wanted = current + int(text)
    else:
        wanted = int(text) if fullmatch(r"\d{1,4}", text) else -1
    if 0 <= wanted <= SCHEMA_VERSION:
        return wanted
    known = ", ".join(revision(number) for number in range(1, SCHEMA_VERSION + 1))
    raise ConfigurationError(
        f"There is no revision {text!r} from here; there are {known}, head, base, and steps such as +1 and -1."
    )


def planned(dialect: str, current: int, target: int) -> list[str]:
    """The statements that lead from a version to another."""
    if current == 0 and target == SCHEMA_VERSION:
        return list(creation(dialect))
    if target >= current:
        return [line for number in range(current + 1, target + 1) for line in script(revision(number), "up", dialect)]
    return [line for number in range(current, target, -1) for line in script(revision(number), "down", dialect)]


def upgrade(url: str, options: StoreOptions, target: int) -> None:
    """Go up to a version. Raises StorageError."""
    with opened(url, options) as record:
        _check_known(record)
        from_nothing = record.version == 0 and target == SCHEMA_VERSION
        if record.version < target and not from_nothing:
            upgrading.upgrade(record.dialect, record.connection, record.begin, revision(target))
    if from_nothing:
        _create(url, options)


def _create(url: str, options: StoreOptions) -> None:
    """Make the current schema where there is none, as opening a store does."""
    with closing(open_store(url, PROCESS, options._replace(migrate=True))) as store:
        store.read(lambda tx: tx.one("SELECT 1"))


def downgrade(url: str, options: StoreOptions, target: int) -> None:
    """Go down to a version, which loses what the later ones hold. Raises StorageError."""
    with opened(url, options) as record:
        _check_known(record)
        if target < record.version:
            upgrading.downgrade(record.dialect, record.connection, record.begin, revision(target) if target else "base")


def stamp(url: str, options: StoreOptions, target: int) -> None:
    """Note a version without changing anything. Raises StorageError."""
    with opened(url, options) as record:
        upgrading.stamp(record.dialect, record.connection, record.begin, revision(target) if target else "base")


def reset(url: str, options: StoreOptions) -> None:
    """Take away every table of ours with all they hold, and make them anew, in one transaction. Raises StorageError."""
    with opened(url, options) as record:
        engine = create_engine(
            upgrading.ENGINES[record.dialect], creator=lambda: record.connection, poolclass=StaticPool
        )
        with engine.connect() as connection:
            record.begin()
            with connection.begin():
                _drop_all(connection, record.dialect)
                for statement in creation(record.dialect):
                    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
                if record.dialect == "sqlite":
                    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    _create(url, options)  # which makes the parts of this week


def _drop_all(connection: Connection, dialect: str) -> None:
    cascade = " CASCADE" if dialect == "postgresql" else ""
    for table in (*(table.name for table in metadata.sorted_tables), STAMPS):
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{table}"{cascade}')


def _check_known(record: RawRecord) -> None:
    if record.version > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"The {record.place} has schema version {record.version}, newer than this program's {SCHEMA_VERSION}: only"
            " the program that made it can change it."
        )
