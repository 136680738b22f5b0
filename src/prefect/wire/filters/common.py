"""What filters have in common."""

from __future__ import annotations

from enum import StrEnum

from prefect.wire.base import Filter


class Operator(StrEnum):
    """Whether all conditions must hold, or one is enough."""

    and_ = "and_"
    or_ = "or_"


class Combined(Filter):
    """A filter of several conditions."""

    operator: Operator = Operator.and_
