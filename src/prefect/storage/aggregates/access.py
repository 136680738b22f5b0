"""Accounts, API keys and the audit log: lists, without what nobody may see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import OPERATORS, Condition, like
from prefect.storage.documents import Row
from prefect.storage.tables import api_key, audit, user

_ACCOUNT = [column for column in user.c if column.name != "password"]
_KEY = [column for column in api_key.c if column.name != "digest"]


def accounts(reading: Reading, limit: int, offset: int = 0) -> list[Record]:
    """Accounts by name."""
    return reading.rows(select(*_ACCOUNT).order_by(user.c.name).limit(limit).offset(offset))


def account(reading: Reading, account_id: UUID) -> Record | None:
    """The account of that id; None if there is none."""
    return reading.one(select(*_ACCOUNT).where(user.c.id == account_id))


def keys(reading: Reading, limit: int, offset: int = 0) -> list[Record]:
    """API keys, newest first, each with its `owner`'s name."""
    owned = select(*_KEY, user.c.name.label("owner")).join(user, user.c.id == api_key.c.account_id, isouter=True)
    return reading.rows(owned.order_by(api_key.c.created.desc(), api_key.c.id.desc()).limit(limit).offset(offset))


def key(reading: Reading, key_id: UUID) -> Record | None:
    """The API key of that id; None if there is none."""
    owned = select(*_KEY, user.c.name.label("owner")).join(user, user.c.id == api_key.c.account_id, isouter=True)
    return reading.one(owned.where(api_key.c.id == key_id))


def audited(reading: Reading, wanted: Row, limit: int, offset: int = 0) -> list[Record]:
    """Entries of the audit log, newest first."""
    chosen = select(audit).where(*_conditions(wanted)).order_by(audit.c.moment.desc(), audit.c.id.desc())
    return reading.rows(chosen.limit(limit).offset(offset))


def audited_count(reading: Reading, wanted: Row) -> int:
    """How many entries of the audit log there are."""
    counted = reading.one(select(func.count().label("count")).select_from(audit).where(*_conditions(wanted)))
    return int(str(counted["count"])) if counted else 0


def _conditions(wanted: Row) -> list[Condition]:
    """What a filter says: actors, methods, statuses, a part of the path, and a time."""
    found: list[Condition] = [true()]
    for name in ("actor", "method", "status", "address"):
        if wanted.get(name) is not None:
            found.append(OPERATORS["any_"](audit.c[name], wanted[name]))
    if wanted.get("path_like") is not None:
        found.append(like(audit.c.path, wanted["path_like"]))
    for name, operator in (("after", "after_"), ("before", "before_")):
        moment: datetime | None = wanted.get(name)
        if moment is not None:
            found.append(OPERATORS[operator](audit.c.moment, moment))
    return found
