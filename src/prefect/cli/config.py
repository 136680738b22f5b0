"""`prefect config`: settings in force, and changing those of the active profile."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import click

from prefect.cli.output import escape, fail, say, show_json
from prefect.cli.parameters import command, confirmed, flag, joined, output_option, positional
from prefect.settings import (
    Setting,
    Settings,
    get_current_settings,
    get_setting,
    get_settings_context,
    load_current_profile,
    update_current_profile,
)
from prefect.settings.fields import AnyField
from prefect.settings.given import DEFAULTS, ENVIRONMENT
from prefect.settings.kinds import SecretStr

NOT_IN_PROFILES = ("PREFECT_HOME", "PREFECT_PROFILES_PATH")


@command("view")
@click.option("--show-defaults/--hide-defaults", default=False, help="Also settings that nothing sets.")
@click.option("--show-sources/--hide-sources", default=True, show_default=True, help="Where each value comes from.")
@click.option("--show-secrets/--hide-secrets", default=False, help="Passwords and keys as they are, not masked.")
@output_option
def view(show_defaults: bool, show_sources: bool, show_secrets: bool, as_json: bool) -> None:
    """Show the settings that are in force."""
    context = get_settings_context()
    rows = shown_settings(context.settings, show_defaults, show_secrets)
    if as_json:
        settings = [
            {"name": name, "value": value} | ({"source": source} if show_sources else {})
            for name, value, source in rows
        ]
        return show_json({"profile": context.profile.name, "settings": settings})
    say(f"PREFECT_PROFILE={context.profile.name!r}")
    for name, value, source in rows:
        click.echo(f"{name}='{escape(value)}'" + (f" (from {source})" if show_sources else ""))
    return None


def shown_settings(settings: Settings, defaults: bool, secrets: bool) -> list[tuple[str, str, str]]:
    """Name, value and source of the settings that are to be shown, by name."""
    rows = []
    for field in settings.fields():
        source = settings.source_of(field)
        if defaults or source != DEFAULTS:
            rows.append((field.name, shown_value(field, settings, secrets), source))
    return sorted(rows)


def shown_value(field: AnyField, settings: Settings, secrets: bool) -> str:
    """A value for people: masked if it is secret, as it may be written in the environment otherwise."""
    value = settings.value_at(field.accessor)
    if field.secret and not secrets:
        return field.show(value)
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if value is None else field.kind.write(value)


@command("set")
@positional("settings", many=True)
def set_(settings: Sequence[str]) -> None:
    """Change settings in the active profile: VAR=VALUE, one or several."""
    changes = [parsed(text) for text in settings]
    profile = update_current_profile(dict(changes))
    for setting, value in changes:
        say(f"Set {setting.name!r} to {'********' if setting.is_secret else value!r}.")
        _mention_environment(setting)
    say(f"Updated profile {profile.name!r}.")


def parsed(text: str) -> tuple[Setting, str]:
    """The setting and value of `VAR=VALUE`; ends the command if it is not that."""
    name, equals, value = text.partition("=")
    if not equals:
        fail(f"Failed to parse argument {text!r}. Use the format 'VAR=VAL'.")
    setting = known(name)
    if setting.name in NOT_IN_PROFILES:
        fail(f"Setting {setting.name!r} cannot be changed with this command. Use an environment variable instead.")
    return setting, value


def known(name: str) -> Setting:
    """The setting of that name; ends the command if there is none."""
    try:
        return get_setting(name)
    except ValueError:
        fail(f"Unknown setting name {name!r}.")


def _mention_environment(setting: Setting) -> None:
    if get_current_settings().source_of(setting) == ENVIRONMENT:
        click.echo(
            f"{setting.name} is also set by an environment variable, which wins. Unset it to use this value.", err=True
        )


@command("unset")
@positional("setting-names", many=True)
@flag("yes", "-y", help="Do not ask.")
@click.pass_context
def unset(context: click.Context, setting_names: Sequence[str], yes: bool) -> None:
    """Take settings out of the active profile, so that their defaults hold again."""
    settings = [known(name) for name in setting_names]
    profile = load_current_profile()
    for setting in settings:
        if setting not in profile.settings:
            fail(f"{setting.name!r} is not set in profile {profile.name!r}.")
    names = joined([setting.name for setting in settings])
    if not yes and not confirmed(context, f"Are you sure you want to unset {names}?"):
        fail("Unset aborted.")
    update_current_profile(dict.fromkeys(settings))
    for setting in settings:
        say(f"Unset {setting.name!r}.")
    say(f"Updated profile {profile.name!r}.")


@command("validate")
def validate() -> None:
    """Check every setting in force, and the active profile; exit code 1 if one cannot be used."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        context = get_settings_context()
        context.profile.validate_settings()
        for field in context.settings.fields():
            context.settings.value_at(field.accessor)
    for warning in found:
        click.echo(escape(warning.message), err=True)
    say("Configuration valid!")
