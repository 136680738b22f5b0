"""The duties that a process without a server performs for itself while it runs flows."""

from __future__ import annotations

from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import crash_detection, lease_renewal
from prefect.services.loop import ServiceLoop


class EmbeddedServices:
    """Lease renewal and crash detection, started with the first flow run of the process."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._loop = ServiceLoop("leases", self._tick, lease_renewal.INTERVAL)
        backend.on_first_run = self._loop.start

    def _tick(self) -> int:
        store, clock = self._backend.store, self._backend.clock
        return lease_renewal.tick(store, clock.now()) + crash_detection.tick(store, clock)

    def stop(self) -> None:
        """End after the current pass."""
        self._loop.stop()
