"""`Settings`, the root of the tree, and the index of all settings.

Building settings reads the sources, checks every value that one of them gave (so that a mistake is reported
at once, with all others) and nothing else: defaults and derived values are computed when first read.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from prefect.settings.constants import default_home
from prefect.settings.errors import InvalidProfileSettings, InvalidSettings
from prefect.settings.fields import AnyField, Field, From, Group, Key, Section, path_field
from prefect.settings.given import (
    CODE,
    DEFAULTS,
    DOTENV,
    ENVIRONMENT,
    PREFECT_TOML,
    PYPROJECT_TOML,
    Given,
)
from prefect.settings.groups import database, logging
from prefect.settings.groups.api import APISettings, CloudSettings, misconfigurations, ui_url
from prefect.settings.groups.client import ClientSettings, CLISettings
from prefect.settings.groups.extras import (
    EventsSettings,
    ExperimentsSettings,
    PluginsSettings,
    TelemetrySettings,
    TestingSettings,
)
from prefect.settings.groups.logging import InternalSettings, LoggingSettings
from prefect.settings.groups.runners import DeploymentsSettings, RunnerSettings, WorkerSettings
from prefect.settings.groups.runs import FlowsSettings, ResultsSettings, TasksSettings
from prefect.settings.groups.server import ServerSettings
from prefect.settings.kinds import BOOL, MASK, OPTIONAL_TEXT, PATH
from prefect.settings.profile_files import RawProfile
from prefect.settings.sources import Index, Values, collect, from_profile, override

SettingKey = Key | str
"""A setting, or its name, former name or accessor."""

SettingUpdates = Mapping[Any, object]
"""Values by `SettingKey`. (Written so, a mapping of settings alone is one as well.)"""

ABOVE_PROFILES = frozenset({ENVIRONMENT, DOTENV, PREFECT_TOML, PYPROJECT_TOML})
CHECKS: tuple[From[None], ...] = (*logging.CHECKS, *database.CHECKS)


class Settings(Group):
    """All settings, as the sources give them now.

    Args:
        values: values by attribute, over all sources; groups as dictionaries: `Settings(api={"url": "..."})`.

    Raises:
        InvalidSettings: values that can't be used, each with its source and what is accepted.
    """

    home = Field(PATH, From((), default_home), "Directory of the embedded database, results, keys and profiles.")
    profiles_path = path_field("profiles.toml", "File with the profiles.")
    debug_mode = Field(BOOL, False, "Log at level DEBUG.")
    ui_url = Field(
        OPTIONAL_TEXT,
        From(("api.url", "cloud.api_url", "cloud.ui_url"), ui_url),
        "Address of the web pages, for links in logs; default: worked out from api.url.",
    )
    silence_api_url_misconfiguration = Field(BOOL, False, "Don't warn about an api.url that looks wrong.")
    api = Section(APISettings)
    cli = Section(CLISettings)
    client = Section(ClientSettings)
    cloud = Section(CloudSettings)
    deployments = Section(DeploymentsSettings)
    events = Section(EventsSettings)
    experiments = Section(ExperimentsSettings)
    flows = Section(FlowsSettings)
    internal = Section(InternalSettings)
    logging = Section(LoggingSettings)
    plugins = Section(PluginsSettings)
    results = Section(ResultsSettings)
    runner = Section(RunnerSettings)
    server = Section(ServerSettings)
    tasks = Section(TasksSettings)
    telemetry = Section(TelemetrySettings)
    testing = Section(TestingSettings)
    worker = Section(WorkerSettings)

    _given: Values
    _profile: RawProfile
    _hash_key: str | None = None

    def __init__(self, **values: object) -> None:
        given, profile = collect(INDEX)
        self._adopt({**given, **_flat(values)}, profile)

    @classmethod
    def _of(cls, given: Values, profile: RawProfile) -> Self:
        settings = object.__new__(cls)
        settings._adopt(given, profile)
        return settings

    def _adopt(self, given: Values, profile: RawProfile) -> None:
        self.__dict__.update(_given=given, _root=self, _profile=profile)
        check_values(given)
        self._check_together()

    def _check_together(self) -> None:
        for check in CHECKS:
            if any(accessor in self._given for accessor in check.needs):
                try:
                    self._compute(check)
                except ValueError as error:
                    raise InvalidSettings([str(error)]) from None

    def __reduce__(self) -> tuple[object, ...]:
        profile = (self._profile.name, dict(self._profile.settings), self._profile.source)
        return _rebuild, (dict(self._given), profile)

    @property
    def raw_profile(self) -> RawProfile:
        """The profile among the sources, as it was written."""
        return self._profile

    @property
    def connected_to_cloud(self) -> bool:
        """Whether the API in use is the hosted service."""
        return bool(self.api.url) and str(self.api.url).startswith(self.cloud.api_url)

    def source_of(self, setting: SettingKey) -> str:
        """Where its value comes from.

        One of: env, .env file, prefect.toml, pyproject.toml, profile 'NAME', code (an update), defaults.
        """
        given = self._given.get(find_field(setting).accessor)
        return given.source if given else DEFAULTS

    def copy_with_update(
        self,
        updates: SettingUpdates | None = None,
        set_defaults: SettingUpdates | None = None,
        restore_defaults: Iterable[SettingKey] | None = None,
    ) -> Self:
        """The same settings with changes; sources are looked at again for what wasn't set before.

        Args:
            updates: values to set.
            set_defaults: values for settings that nothing has set.
            restore_defaults: settings to put back to their defaults, whatever sources say.

        Raises:
            ValueError: no setting has that name, or a value can't be used.
        """
        given = {**collect(INDEX, self._profile)[0], **self._given}
        for key in restore_defaults or ():
            given.pop(find_field(key).accessor, None)
        given = {**_in_code(set_defaults or {}), **given, **_in_code(updates or {})}
        return self._of(given, self._profile)

    def with_profile(self, profile: RawProfile, *, override_environment: bool, keep_current: bool) -> Self:
        """The settings under another profile.

        Args:
            override_environment: the profile's values win over the environment and the files too.
            keep_current: what these settings hold stays where the profile says nothing; else sources are read
            anew.
        """
        base = {**collect(INDEX, profile)[0], **(self._given if keep_current else {})}
        keep = frozenset[str]() if override_environment else ABOVE_PROFILES
        return self._of(override(base, from_profile(INDEX, profile).items(), keep=keep), profile)

    def hash_key(self) -> str:
        """A text to keep by what was made from these settings; within one process, other settings have another.

        It is computed once, and from what sources gave alone: looking it up is cheap enough for every run.
        """
        if self._hash_key is None:
            written = [
                (accessor, None if given.value is None else INDEX.by_accessor[accessor].kind.write(given.value))
                for accessor, given in sorted(self._given.items())
            ]
            self.__dict__["_hash_key"] = str(hash((*written, str(self.home), self.api.ssl_cert_file)))
        return str(self._hash_key)

    def emit_warnings(self) -> None:
        """Warn about settings that are valid but look like mistakes."""
        url = self.api.url
        if url and not self.silence_api_url_misconfiguration:
            problems = misconfigurations(url)
            if problems:
                warnings.warn("\n".join(problems), UserWarning, stacklevel=2)
        if self._password_is_unused():
            warnings.warn(
                "PREFECT_SERVER_DATABASE_PASSWORD is set, but PREFECT_SERVER_DATABASE_CONNECTION_URL does "
                "not refer to it, so it is ignored.",
                UserWarning,
                stacklevel=2,
            )

    def _password_is_unused(self) -> bool:
        url = self._given.get("server.database.connection_url")
        if url is None or url.value is None or "server.database.password" not in self._given:
            return False
        text = url.value.get_secret_value()
        return not any(placeholder in text for placeholder in database.PASSWORD_PLACEHOLDERS)


INDEX = Index(Settings)


def find_field(key: SettingKey) -> AnyField:
    """The setting that a key stands for. Raises ValueError if there is none."""
    field = INDEX.find(key.accessor if isinstance(key, Key) else key)
    if field is None:
        raise ValueError(f"Unknown setting: {key!r}")
    return field


def check_values(given: Mapping[str, Given]) -> None:
    """Read every raw value as its setting's kind. Raises InvalidSettings with all that can't be."""
    problems: list[tuple[AnyField, Given]] = []
    for accessor, value in given.items():
        field = INDEX.by_accessor[accessor]
        try:
            value.value = field.kind.read(value.raw)
        except (ValueError, TypeError):
            problems.append((field, value))
    if not problems:
        return
    texts = [describe_problem(field, value) for field, value in problems]
    if any(value.source.startswith("profile") for _, value in problems):
        raise InvalidProfileSettings(texts, [(field, text) for (field, _), text in zip(problems, texts, strict=True)])
    raise InvalidSettings(texts)


def describe_problem(field: AnyField, given: Given) -> str:
    """One sentence on a value that can't be used."""
    shown = MASK if field.secret else repr(given.raw)
    return f"{field.name}={shown} from {given.place} is not valid: expected {field.kind.accepts}."


def _in_code(updates: SettingUpdates) -> Values:
    return {find_field(key).accessor: Given(value, CODE) for key, value in updates.items()}


def _flat(values: Mapping[str, object], path: str = "") -> Values:
    flat: Values = {}
    for name, value in values.items():
        accessor = path + name
        if accessor in INDEX.by_accessor:
            flat[accessor] = Given(value, CODE)
        elif isinstance(value, Mapping):
            flat |= _flat(value, accessor + ".")
        else:
            raise ValueError(f"Unknown setting: {accessor!r}")
    return flat


def _rebuild(given: Values, profile: tuple[str, dict[str, object], Path | None]) -> Settings:
    return Settings._of(given, RawProfile(*profile))


def canonical_environment_prefix(settings: Group) -> str:
    """What the environment names of a group's settings begin with, such as `PREFECT_SERVER_API_`."""
    return "PREFECT_" + (settings.path.upper().replace(".", "_") + "_" if settings.path else "")
