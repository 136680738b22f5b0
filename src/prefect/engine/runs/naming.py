"""Names of runs: from a template, a function, or made up."""

from __future__ import annotations

from collections.abc import Callable

from prefect.engine.logs.masking import mask


def templated_name(template: str | Callable[..., object], parameters: dict[str, object], option: str) -> str:
    """A run's name from its template (`"load-{table}"`) or from a function of nothing or of `parameters`.

    Secrets in it are covered. Raises TypeError if the function returns anything but a string.
    """
    if isinstance(template, str):
        return mask(template.format(**parameters))
    code = getattr(template, "__code__", None)
    takes_parameters = (
        code is not None and "parameters" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    )
    name = template(parameters=parameters) if takes_parameters else template()
    if not isinstance(name, str):
        raise TypeError(
            f"Callable {template} for {option!r} returned type {type(name).__name__} but a string is required."
        )
    return mask(name)
