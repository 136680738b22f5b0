"""The errors of configuration.

    ConfigurationError
    └── InvalidSettings              values that cannot be read, whatever source they come from
        └── InvalidProfileSettings   the same, when a profile is among the sources

Both are `ValueError`s, as users of settings expect. Each problem is one sentence that names the setting,
where its value was read, the value (masked if secret) and what is accepted instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefect.exceptions import ConfigurationError, PrefectException, ProfileSettingsValidationError


class InvalidSettings(ConfigurationError, ValueError):
    """Settings hold values that cannot be used.

    `problems` has one sentence for each of them.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        # Not super(): in the profile's error that would be a class that takes its arguments differently.
        PrefectException.__init__(self, "\n".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[InvalidSettings], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class InvalidProfileSettings(InvalidSettings, ProfileSettingsValidationError):
    """A profile holds settings with values that cannot be used.

    `errors` pairs each setting with its problem.
    """

    def __init__(self, problems: Sequence[str], errors: Sequence[tuple[object, str]] = ()) -> None:
        InvalidSettings.__init__(self, problems)
        self.errors = list(errors)
