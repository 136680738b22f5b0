"""The settings as the API shows them: nested as in Prefect, secrets masked."""

from __future__ import annotations

from typing import Any

from prefect.server.http.answers import Json
from prefect.settings import Settings
from prefect.settings.fields import Field, Group, Section

MASK = "**********"


def settings_json(settings: Settings) -> Json:
    """All settings in force."""
    return _group(settings)


def _group(group: Group) -> Json:
    shown: Json = {}
    for name, member in vars(type(group)).items():
        if isinstance(member, Section):
            shown[name] = _group(getattr(group, name))
        elif isinstance(member, Field):
            shown[name] = _value(member, getattr(group, name))
    return shown


def _value(field: Field[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict) and field.secret:
        return dict.fromkeys(map(str, value), MASK)
    if field.secret or hasattr(value, "get_secret_value"):
        return MASK
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_item(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _item(item) for name, item in value.items()}
    return field.kind.write(value)


def _item(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else str(value)
