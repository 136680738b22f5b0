"""What earlier attempts of a run have finished, looked up by call key."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from prefect.core.ports import RecordedCall
from prefect.exceptions import ObjectNotFound


class Occurrences:
    """Counts equal calls of one flow run attempt; used from several threads."""

    __slots__ = ("_counts", "_lock")

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def next(self, equal: bytes) -> int:
        """How many equal calls came before this one."""
        with self._lock:
            count = self._counts.get(equal, 0)
            self._counts[equal] = count + 1
        return count


class Replay(NamedTuple):
    """Recorded calls by their keys."""

    calls: dict[bytes, RecordedCall]

    @classmethod
    def of(cls, recorded: Iterable[RecordedCall], again_from: UUID | None = None) -> Replay:
        """Index recorded calls; of several with one key the last that finished counts.

        Args:
            recorded: the calls of earlier attempts.
            again_from: a task run from which on everything runs again.
        """
        known = sorted(recorded, key=lambda call: (call.state_type == "COMPLETED", call.created or 0))
        if again_from is not None:
            since = next((call.created or 0 for call in known if call.run_id == again_from), None)
            if since is None:
                raise ObjectNotFound(f"Task run {str(again_from)!r} is no finished call of this flow run.")
            known = [call._replace(state_type="PENDING") if (call.created or 0) >= since else call for call in known]
        return cls({call.call_key: call for call in known})

    def find(self, call_key: bytes) -> RecordedCall | None:
        """What earlier attempts know of a call."""
        return self.calls.get(call_key)
