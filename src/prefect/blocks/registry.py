"""Block classes by slug: those that are defined, and those that come with the package or with installed ones."""

from __future__ import annotations

import logging
import warnings
from importlib import import_module
from importlib.metadata import entry_points

from prefect.blocks.kinds import BlockKind
from prefect.exceptions import PrefectException

COLLECTIONS = "prefect.collections"
"""Entry points of packages that bring block classes."""

SHIPPED = {
    "secret": "prefect.blocks.system",
    "webhook": "prefect.blocks.webhook",
    "local-file-system": "prefect.filesystems",
    "remote-file-system": "prefect.filesystems",
    "smb": "prefect.filesystems",
    "custom-webhook": "prefect.blocks.notifications",
    "discord-webhook": "prefect.blocks.notifications",
    "mattermost-webhook": "prefect.blocks.notifications",
    "ms-teams-webhook": "prefect.blocks.notifications",
    "opsgenie-webhook": "prefect.blocks.notifications",
    "pager-duty-webhook": "prefect.blocks.notifications",
    "sendgrid-email": "prefect.blocks.notifications",
    "slack-webhook": "prefect.blocks.notifications",
    "twilio-sms": "prefect.blocks.notifications",
}
"""Modules that define a class, by its slug; imported when one is loaded by name."""

logger = logging.getLogger("prefect.blocks")
_known: dict[str, type[BlockKind]] = {}


class UnknownBlockType(PrefectException):
    """No class is known for blocks of that type."""


def register(cls: type[BlockKind]) -> None:
    """Make a class known by its slug; a class of another place that had the slug is forgotten, with a warning."""
    slug = cls.get_block_type_slug()
    known = _known.get(slug)
    if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        warnings.warn(
            f"The block class {_place(cls)} has the slug {slug!r} of {_place(known)} and takes its place."
            " Give one of them another `_block_type_slug`.",
            UserWarning,
            stacklevel=5,
        )
    _known[slug] = cls


def _place(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def lookup(slug: str) -> type[BlockKind]:
    """The class of a slug. Raises UnknownBlockType."""
    if slug not in _known and slug in SHIPPED:
        import_module(SHIPPED[slug])
    if slug not in _known:
        _load_collections()
    found = _known.get(slug)
    if found is None:
        raise UnknownBlockType(
            f"No block class found for slug {slug!r}. Import the module that defines it, or install its package."
        )
    return found


def _load_collections() -> None:
    for entry in entry_points(group=COLLECTIONS):
        try:
            entry.load()
        except Exception as error:  # whatever somebody's package does when it is imported
            logger.warning("The collection %r cannot be loaded: %r", entry.name, error)
