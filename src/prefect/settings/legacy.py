"""`Setting`: one setting as a name that users import, such as `PREFECT_API_URL`."""

from __future__ import annotations

from typing import Any

from prefect.settings.current import get_current_settings
from prefect.settings.fields import AnyField, Key
from prefect.settings.kinds import SecretStr
from prefect.settings.root import INDEX, Settings, find_field


class Setting(Key):
    """A setting, apart from any value it may have.

    It is true if its current value is, prints as its current value, and equals every other name of the same
    setting.
    """

    __slots__ = ("_field", "_name")

    def __init__(self, field: AnyField, name: str | None = None) -> None:
        self._field = field
        self.accessor = field.accessor
        self._name = name or field.name

    @property
    def name(self) -> str:
        """The environment variable that sets it."""
        return self._name

    @property
    def is_secret(self) -> bool:
        """Whether its value is not to be shown."""
        return self._field.secret

    @property
    def help(self) -> str:
        """What it means, in one sentence."""
        return self._field.help

    def default(self) -> Any:
        """The value it has where nothing sets it; None if that depends on other settings."""
        return _plain(self._field.static_default)

    def value(self) -> Any:
        """The value in force here; secrets as plain text."""
        return self.value_from(get_current_settings())

    def value_from(self, settings: Settings) -> Any:
        """The value in the settings given; secrets as plain text."""
        return _plain(settings.value_at(self.accessor))

    def __bool__(self) -> bool:
        return bool(self.value())

    def __str__(self) -> str:
        return str(self.value())

    def __repr__(self) -> str:
        return f"<{self._name}: {self._field.kind.name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Setting) and other._field is self._field

    def __hash__(self) -> int:
        return hash(self.accessor)

    def __reduce__(self) -> tuple[object, ...]:
        return get_setting, (self._name,)


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


_settings: dict[str, Setting] = {}


def get_setting(name: str) -> Setting:
    """The setting of that name, former name or accessor. Raises ValueError if there is none."""
    setting = _settings.get(name)
    if setting is None:
        field = find_field(name)
        setting = _settings[name] = Setting(field, name if name in INDEX.by_name else field.name)
    return setting
