"""The duties that a process without a server performs for itself while it runs flows."""

from __future__ import annotations

from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import crash_detection, lease_renewal, slot_expiry, slot_renewal
from prefect.services.loop import ServiceLoop


class EmbeddedServices:
    """Renewing what this process holds and finding what others lost, started with its first flow run or slot."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._loop = ServiceLoop("leases", self._tick, lease_renewal.INTERVAL)
        backend.on_first_run = self._loop.start

    def _tick(self) -> int:
        store, clock = self._backend.store, self._backend.clock
        renewed = lease_renewal.tick(store, clock.now()) + slot_renewal.tick(store, clock.now())
        return renewed + crash_detection.tick(store, clock) + slot_expiry.tick(store, clock.now())

    def stop(self) -> None:
        """End after the current pass."""
        self._loop.stop()
