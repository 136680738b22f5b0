"""Where Headrace deliberately does otherwise than Prefect 3.8.8, each with its reason.

An entry names a case, the place inside its observation (`""` is all, `"/0/message"` the message of the first
item) and what Headrace gives there. The test insists on that value, so an entry that no longer differs, or
differs in another way, fails.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: `ours` stands at `where` in the observation of `case`, for `reason`."""

    case: str
    where: str
    ours: Any
    reason: str


DIFFERENCES: tuple[Difference, ...] = ()
