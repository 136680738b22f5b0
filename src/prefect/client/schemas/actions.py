"""What the API is asked to create or change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prefect.core.lifecycle.states import StateDetails, StateType


@dataclass
class StateCreate:
    """A state that a run is to enter.

    `data` refers to a kept result, or is None.
    """

    type: StateType
    name: str | None = None
    message: str | None = None
    data: Any = None
    state_details: StateDetails = field(default_factory=StateDetails)

    def model_dump(self) -> dict[str, Any]:
        """All fields by name."""
        return {**vars(self), "state_details": self.state_details.model_dump()}
