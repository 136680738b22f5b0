"""The Ray task runner under the name that users of the field import it by."""

from __future__ import annotations

from prefect.engine.runners.ray import PrefectRayFuture, RayTaskRunner, remote_options

__all__ = ["PrefectRayFuture", "RayTaskRunner", "remote_options"]
