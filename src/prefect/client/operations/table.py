"""The table of operations: every method that both clients have, by the name users know.

A client takes its methods from here. For type checkers each entry is a descriptor that gives a blocking client the
operation's own signature, and an async one the same with an awaitable result; at run time each is replaced, in the
client's class, by a function of the right colour.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from prefect.client.aio import AsyncSender
from prefect.client.calls import Asked
from prefect.client.operations import (
    artifacts,
    automations,
    blocks,
    deployments,
    flow_runs,
    flows,
    limits,
    logs,
    server,
    task_runs,
    variables,
    work_pools,
    work_queues,
)
from prefect.client.sync import SyncSender

P = ParamSpec("P")
T = TypeVar("T")


class Method(Generic[P, T]):
    """An operation as a method of clients of both colours."""

    def __init__(self, operation: Callable[P, Asked[T]]) -> None:
        self._operation = operation

    @overload
    def __get__(self, client: SyncSender, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, client: None, owner: type) -> Callable[Concatenate[Any, P], Any]: ...
    def __get__(self, client: object, owner: type) -> object:
        raise TypeError(f"{owner.__name__} is neither a SyncSender nor an AsyncSender.")

    def sync_function(self) -> Callable[..., T]:
        """The method of a blocking client."""
        operation = self._operation

        @wraps(operation)
        def method(self: SyncSender, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return self._perform(operation(*args, **kwargs))

        return method

    def async_function(self) -> Callable[..., Coroutine[Any, Any, T]]:
        """The method of an async client."""
        operation = self._operation

        @wraps(operation)
        async def method(self: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await self._perform(operation(*args, **kwargs))

        return method


class Operations:
    """All of them, as methods."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Operations in cls.__bases__:
            for name, entry in vars(Operations).items():
                if isinstance(entry, Method) and name not in vars(cls):
                    setattr(cls, name, _function(entry, name, cls))

    # --- the server
    request = Method(server.request)
    hello = Method(server.hello)
    api_healthcheck = Method(server.api_healthcheck)
    api_version = Method(server.api_version)
    read_server_default_result_storage = Method(server.read_server_default_result_storage)
    update_server_default_result_storage = Method(server.update_server_default_result_storage)
    clear_server_default_result_storage = Method(server.clear_server_default_result_storage)

    # --- flows and their runs
    create_flow = Method(flows.create_flow)
    create_flow_from_name = Method(flows.create_flow_from_name)
    read_flow = Method(flows.read_flow)
    read_flow_by_name = Method(flows.read_flow_by_name)
    read_flows = Method(flows.read_flows)
    delete_flow = Method(flows.delete_flow)
    create_flow_run = Method(flow_runs.create_flow_run)
    update_flow_run = Method(flow_runs.update_flow_run)
    update_flow_run_labels = Method(flow_runs.update_flow_run_labels)
    delete_flow_run = Method(flow_runs.delete_flow_run)
    read_flow_run = Method(flow_runs.read_flow_run)
    read_flow_runs = Method(flow_runs.read_flow_runs)
    count_flow_runs = Method(flow_runs.count_flow_runs)
    set_flow_run_name = Method(flow_runs.set_flow_run_name)
    set_flow_run_state = Method(flow_runs.set_flow_run_state)
    resume_flow_run = Method(flow_runs.resume_flow_run)
    read_flow_run_states = Method(flow_runs.read_flow_run_states)
    read_flow_run_state = Method(flow_runs.read_flow_run_state)
    create_flow_run_input = Method(flow_runs.create_flow_run_input)
    filter_flow_run_input = Method(flow_runs.filter_flow_run_input)
    read_flow_run_input = Method(flow_runs.read_flow_run_input)
    delete_flow_run_input = Method(flow_runs.delete_flow_run_input)

    # --- task runs
    create_task_run = Method(task_runs.create_task_run)
    read_task_run = Method(task_runs.read_task_run)
    read_task_runs = Method(task_runs.read_task_runs)
    delete_task_run = Method(task_runs.delete_task_run)
    set_task_run_name = Method(task_runs.set_task_run_name)
    set_task_run_state = Method(task_runs.set_task_run_state)
    read_task_run_states = Method(task_runs.read_task_run_states)

    # --- deployments
    create_deployment = Method(deployments.create_deployment)
    create_deployment_branch = Method(deployments.create_deployment_branch)
    update_deployment = Method(deployments.update_deployment)
    set_deployment_paused_state = Method(deployments.set_deployment_paused_state)
    pause_deployment = Method(deployments.pause_deployment)
    resume_deployment = Method(deployments.resume_deployment)
    read_deployment = Method(deployments.read_deployment)
    read_deployment_by_name = Method(deployments.read_deployment_by_name)
    read_deployments = Method(deployments.read_deployments)
    delete_deployment = Method(deployments.delete_deployment)
    create_flow_run_from_deployment = Method(deployments.create_flow_run_from_deployment)
    get_scheduled_flow_runs_for_deployments = Method(deployments.get_scheduled_flow_runs_for_deployments)
    create_deployment_schedules = Method(deployments.create_deployment_schedules)
    read_deployment_schedules = Method(deployments.read_deployment_schedules)
    update_deployment_schedule = Method(deployments.update_deployment_schedule)
    delete_deployment_schedule = Method(deployments.delete_deployment_schedule)
    apply_slas_for_deployment = Method(deployments.apply_slas_for_deployment)

    # --- work pools, queues and workers
    create_work_pool = Method(work_pools.create_work_pool)
    read_work_pool = Method(work_pools.read_work_pool)
    read_work_pools = Method(work_pools.read_work_pools)
    update_work_pool = Method(work_pools.update_work_pool)
    delete_work_pool = Method(work_pools.delete_work_pool)
    read_work_pool_concurrency_status = Method(work_pools.read_work_pool_concurrency_status)
    get_scheduled_flow_runs_for_work_pool = Method(work_pools.get_scheduled_flow_runs_for_work_pool)
    send_worker_heartbeat = Method(work_pools.send_worker_heartbeat)
    read_workers_for_work_pool = Method(work_pools.read_workers_for_work_pool)
    read_worker_metadata = Method(work_pools.read_worker_metadata)
    create_work_queue = Method(work_queues.create_work_queue)
    read_work_queue = Method(work_queues.read_work_queue)
    read_work_queue_by_name = Method(work_queues.read_work_queue_by_name)
    read_work_queues = Method(work_queues.read_work_queues)
    match_work_queues = Method(work_queues.match_work_queues)
    update_work_queue = Method(work_queues.update_work_queue)
    delete_work_queue_by_id = Method(work_queues.delete_work_queue_by_id)
    read_work_queue_status = Method(work_queues.read_work_queue_status)
    read_work_queue_concurrency_status = Method(work_queues.read_work_queue_concurrency_status)
    get_runs_in_work_queue = Method(work_queues.get_runs_in_work_queue)

    # --- blocks
    create_block_type = Method(blocks.create_block_type)
    read_block_types = Method(blocks.read_block_types)
    read_block_type_by_slug = Method(blocks.read_block_type_by_slug)
    update_block_type = Method(blocks.update_block_type)
    delete_block_type = Method(blocks.delete_block_type)
    create_block_schema = Method(blocks.create_block_schema)
    read_block_schemas = Method(blocks.read_block_schemas)
    read_block_schema_by_checksum = Method(blocks.read_block_schema_by_checksum)
    get_most_recent_block_schema_for_block_type = Method(blocks.get_most_recent_block_schema_for_block_type)
    create_block_document = Method(blocks.create_block_document)
    read_block_document = Method(blocks.read_block_document)
    read_block_document_by_name = Method(blocks.read_block_document_by_name)
    read_block_documents = Method(blocks.read_block_documents)
    read_block_documents_by_type = Method(blocks.read_block_documents_by_type)
    update_block_document = Method(blocks.update_block_document)
    delete_block_document = Method(blocks.delete_block_document)

    # --- artifacts, variables, logs
    create_artifact = Method(artifacts.create_artifact)
    update_artifact = Method(artifacts.update_artifact)
    delete_artifact = Method(artifacts.delete_artifact)
    read_artifacts = Method(artifacts.read_artifacts)
    read_latest_artifacts = Method(artifacts.read_latest_artifacts)
    create_variable = Method(variables.create_variable)
    update_variable = Method(variables.update_variable)
    read_variable_by_name = Method(variables.read_variable_by_name)
    read_variables = Method(variables.read_variables)
    delete_variable_by_name = Method(variables.delete_variable_by_name)
    create_logs = Method(logs.create_logs)
    read_logs = Method(logs.read_logs)

    # --- concurrency limits
    create_concurrency_limit = Method(limits.create_concurrency_limit)
    read_concurrency_limit_by_tag = Method(limits.read_concurrency_limit_by_tag)
    read_concurrency_limits = Method(limits.read_concurrency_limits)
    reset_concurrency_limit_by_tag = Method(limits.reset_concurrency_limit_by_tag)
    delete_concurrency_limit_by_tag = Method(limits.delete_concurrency_limit_by_tag)
    increment_v1_concurrency_slots = Method(limits.increment_v1_concurrency_slots)
    decrement_v1_concurrency_slots = Method(limits.decrement_v1_concurrency_slots)
    create_global_concurrency_limit = Method(limits.create_global_concurrency_limit)
    read_global_concurrency_limit_by_name = Method(limits.read_global_concurrency_limit_by_name)
    read_global_concurrency_limits = Method(limits.read_global_concurrency_limits)
    update_global_concurrency_limit = Method(limits.update_global_concurrency_limit)
    upsert_global_concurrency_limit_by_name = Method(limits.upsert_global_concurrency_limit_by_name)
    delete_global_concurrency_limit_by_name = Method(limits.delete_global_concurrency_limit_by_name)
    increment_concurrency_slots = Method(limits.increment_concurrency_slots)
    increment_concurrency_slots_with_lease = Method(limits.increment_concurrency_slots_with_lease)
    renew_concurrency_lease = Method(limits.renew_concurrency_lease)
    release_concurrency_slots = Method(limits.release_concurrency_slots)
    release_concurrency_slots_with_lease = Method(limits.release_concurrency_slots_with_lease)

    # --- events and automations
    read_events = Method(automations.read_events)
    read_events_page = Method(automations.read_events_page)
    create_automation = Method(automations.create_automation)
    update_automation = Method(automations.update_automation)
    read_automation = Method(automations.read_automation)
    read_automations = Method(automations.read_automations)
    read_automations_by_name = Method(automations.read_automations_by_name)
    find_automation = Method(automations.find_automation)
    pause_automation = Method(automations.pause_automation)
    resume_automation = Method(automations.resume_automation)
    delete_automation = Method(automations.delete_automation)
    read_resource_related_automations = Method(automations.read_resource_related_automations)
    delete_resource_owned_automations = Method(automations.delete_resource_owned_automations)


def _function(method: Method[..., Any], name: str, cls: type) -> Callable[..., Any]:
    """The method as a function of a client's class, as `inspect` and readers expect it."""
    function = method.async_function() if issubclass(cls, AsyncSender) else method.sync_function()
    signature = inspect.signature(function)
    me = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    function.__dict__["__signature__"] = signature.replace(parameters=[me, *signature.parameters.values()])
    function.__name__, function.__qualname__ = name, f"{cls.__name__}.{name}"
    return function
