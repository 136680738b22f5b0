"""What an answer leaves behind, so that the same request again gets the same one."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from prefect.core.lifecycle.runs import Run
from prefect.core.lifecycle.states import State


def note_answer(run: Run, proposed: State[object], entered: State[object]) -> None:
    """Note on the run which transition was asked for, if a state took the proposed one's place.

    Such a state is the server's own, which it says by not being deferred.
    """
    run.answered = None
    if entered.type is not proposed.type:
        run.answered = cast("UUID | None", proposed.detail_facts().get("transition_id"))
        entered.state_details.deferred = bool(entered.state_details.deferred)
