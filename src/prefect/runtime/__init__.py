"""Facts about the current deployment, flow run and task run, each None or empty where there is none.

    from prefect.runtime import flow_run
    flow_run.name

For tests, an environment variable takes an attribute's place: `PREFECT__RUNTIME__FLOW_RUN__NAME=mine`.
"""

from __future__ import annotations

from prefect.runtime import deployment, flow_run, task_run

__all__ = ["deployment", "flow_run", "task_run"]
