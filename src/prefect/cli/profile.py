"""`prefect profile`: named sets of settings, one of them active."""

from __future__ import annotations

import click

from prefect.cli.output import escape, fail, say, show_json, show_table
from prefect.cli.parameters import command, confirmed, output_option, positional
from prefect.settings import (
    Profile,
    ProfilesCollection,
    get_settings_context,
    load_profiles,
    save_profiles,
)
from prefect.settings.constants import DEFAULT_PROFILES_PATH
from prefect.settings.runtime import environment_value


def _active_name() -> str:
    return get_settings_context().profile.name


def _found(profiles: ProfilesCollection, name: str) -> Profile:
    if name not in profiles.names:
        fail(f"Profile {name!r} not found.")
    return profiles[name]


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List the profiles; the active one is marked."""
    active = _active_name()
    names = list(load_profiles())
    if as_json:
        return show_json([{"name": name, "active": name == active} for name in names])
    return show_table(
        None, ("Available Profiles:",), [(f"* {name}" if name == active else f"  {name}",) for name in names]
    )


@command("create")
@positional("name")
@click.option("--from", "source", metavar="NAME", help="Copy the settings of this profile.")
def create(name: str, source: str | None) -> None:
    """Make a profile, empty or with the settings of another."""
    profiles = load_profiles()
    if name in profiles.names:
        fail(f"Profile {name!r} already exists. To make it anew, delete it first: prefect profile delete {name!r}")
    settings = _found(profiles, source).settings if source is not None else {}
    profiles.add_profile(Profile(name, dict(settings)))
    save_profiles(profiles)
    origin = f" with the settings of {source!r}" if source else ""
    say(f"Created profile {name!r}{origin}.\n\nUse it from now on:\n    prefect profile use {name!r}\n")
    say(f"Use it for one command:\n    prefect -p {name!r} config view")


@command("use")
@positional("name")
def use(name: str) -> None:
    """Make a profile the active one."""
    profiles = load_profiles()
    _found(profiles, name)
    profiles.set_active(name)
    save_profiles(profiles)
    chosen = environment_value("PREFECT_PROFILE")
    if chosen and chosen != name:
        click.echo(f"PREFECT_PROFILE={escape(chosen)} is set in the environment, which wins. Unset it.", err=True)
    say(f"Profile {name!r} is now active.")


@command("inspect")
@positional("name", needed=False)
@output_option
def inspect(name: str | None, as_json: bool) -> None:
    """Show the settings of a profile, of the active one by default; secrets are masked."""
    if name is None:
        name = _active_name()
        if not as_json:
            say(f"No name provided, defaulting to {name!r}")
    profile = _found(load_profiles(), name)
    shown = masked(profile)
    if as_json:
        return show_json(shown)
    if not shown:
        return say(f"Profile {name!r} is empty.")
    for key, value in shown.items():
        click.echo(f"{key}='{escape(value)}'")
    return None


def masked(profile: Profile) -> dict[str, str]:
    """A profile's settings as text, secrets masked."""
    secret = {setting.name for setting in profile.settings if setting.is_secret}
    texts = profile.to_environment_variables()
    return {name: "********" if name in secret else text for name, text in texts.items()}


@command("rename")
@positional("name")
@positional("new-name")
def rename(name: str, new_name: str) -> None:
    """Give a profile another name."""
    profiles = load_profiles()
    profile = _found(profiles, name)
    if new_name in profiles.names:
        fail(f"Profile {new_name!r} already exists.")
    profiles.add_profile(Profile(new_name, profile.raw().settings))
    profiles.remove_profile(name)
    if profiles.active_name == name:
        profiles.set_active(new_name)
    save_profiles(profiles)
    if environment_value("PREFECT_PROFILE") == name:
        click.echo(f"PREFECT_PROFILE still names {escape(name)!r}. Change it to {escape(new_name)!r}.", err=True)
    say(f"Renamed profile {name!r} to {new_name!r}.")


@command("delete")
@positional("name")
@click.pass_context
def delete(context: click.Context, name: str) -> None:
    """Delete a profile, unless it is the active one."""
    profiles = load_profiles()
    _found(profiles, name)
    if name == _active_name():
        fail(f"Profile {name!r} is the active profile. You must switch profiles before it can be deleted.")
    if not confirmed(context, f"Are you sure you want to delete profile with name {name!r}?"):
        fail("Deletion aborted.")
    if profiles[name].source == DEFAULT_PROFILES_PATH:
        fail(f"Profile {name!r} comes with Headrace and cannot be deleted.")
    profiles.remove_profile(name)
    save_profiles(profiles)
    say(f"Removed profile {name!r}.")


@command("populate-defaults")
def populate_defaults() -> None:
    """Write the profiles that come with Headrace into your profiles file, where they can be changed."""
    profiles = load_profiles()
    added = [profile for _, profile in profiles.items() if profile.source == DEFAULT_PROFILES_PATH]
    for profile in added:
        profile.source = None
    save_profiles(profiles)
    if not added:
        return say("Your profiles file has them all; nothing was changed.")
    return say(f"Profiles written: {', '.join(profile.name for profile in added)}.")
