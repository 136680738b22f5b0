"""The errors of configuration are ValueErrors that name every problem."""

from __future__ import annotations

import pickle

import pytest

from prefect.exceptions import ConfigurationError, PrefectException, ProfileSettingsValidationError
from prefect.settings import InvalidProfileSettings, InvalidSettings


def test_the_tree() -> None:
    assert issubclass(InvalidSettings, (ConfigurationError, PrefectException))
    assert issubclass(InvalidSettings, ValueError)
    assert issubclass(InvalidProfileSettings, InvalidSettings)
    assert issubclass(InvalidProfileSettings, ProfileSettingsValidationError)


@pytest.mark.parametrize("error", [InvalidSettings(["a", "b"]), InvalidProfileSettings(["a", "b"])])
def test_every_problem_is_told_and_survives_pickling(error: InvalidSettings) -> None:
    assert str(error) == "a\nb"
    assert pickle.loads(pickle.dumps(error)).problems == ("a", "b")
