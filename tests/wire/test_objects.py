"""Artifacts, variables, blocks, limits, deployments, work and what Prefect Cloud adds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jsonschema
import pytest
from pydantic import ValidationError

from prefect.client.schemas import actions, objects, responses
from prefect.wire.deployments import DeploymentCreate as ServedDeploymentCreate
from prefect.wire.events.resources import RelatedResource

ID = uuid4()
BLOCK = {"block_schema_id": ID, "block_type_id": ID}


@pytest.mark.parametrize(
    ("cls", "fields", "message"),
    [
        (actions.ArtifactCreate, {"key": "My key"}, "Artifact key must only contain"),
        (actions.VariableCreate, {"name": "a b", "value": 1}, "Variable name must only contain"),
        (actions.VariableCreate, {"name": "a" * 256, "value": 1}, "at most 255"),
        (actions.VariableCreate, {"name": "a", "value": "x" * 5000}, "less than 5000 characters"),
        (actions.VariableCreate, {"name": "a", "value": object()}, "serializable to JSON"),
        (actions.VariableCreate, {"name": "a", "value": [float("nan")]}, "NaN"),
        (actions.BlockTypeCreate, {"name": "a/b", "slug": "a"}, "pattern"),
        (actions.BlockTypeCreate, {"name": "a", "slug": "A b"}, "Block type slug must only contain"),
        (actions.BlockTypeCreate, {"name": "a", "slug": "a", "logo_url": "javascript:alert(1)"}, "http or https"),
        (actions.BlockDocumentCreate, BLOCK, "Names must be provided"),
        (actions.BlockDocumentCreate, {**BLOCK, "name": "A b"}, "Block document name must only contain"),
        (
            objects.BlockDocumentReference,
            {"parent_block_document_id": ID, "reference_block_document_id": ID, "name": "x"},
            "cannot be the same",
        ),
        (actions.WorkPoolCreate, {"name": '""'}, "cannot be an empty string"),
        (actions.WorkPoolCreate, {"name": "a", "concurrency_limit": -1}, "greater than or equal to 0"),
        (actions.WorkQueueCreate, {"name": "a", "priority": 0}, "greater than 0"),
        (
            actions.ConcurrencyLimitV2Create,
            {"name": "a", "limit": 1, "slot_decay_per_second": float("nan")},
            "finite|or equal",
        ),
        (actions.ConcurrencyLimitV2Create, {"name": "a", "limit": 2**63}, "less than or equal to"),
        (objects.ConcurrencyOptions, {"collision_strategy": "ENQUEUE", "grace_period_seconds": 5}, "or equal to 60"),
        (actions.DeploymentCreate, {"name": "a/b", "flow_id": ID}, "pattern"),
        (actions.DeploymentCreate, {"name": "a", "flow_id": ID, "concurrency_limit": 0}, "greater than 0"),
        (ServedDeploymentCreate, {"name": "a", "flow_id": ID, "branch": "main"}, "Extra inputs"),
        (actions.DeploymentBranch, {"branch": ""}, "at least 1"),
    ],
)
def test_what_makes_no_sense(cls: type[objects.Flow], fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        cls.model_validate(fields)


@pytest.mark.parametrize("value", ["text", 5, True, 1.5, None, {"a": [1]}, ["a", {}]])
def test_variables_keep_the_type_of_their_value(value: object) -> None:
    read = objects.Variable.model_validate_json(objects.Variable(name="a", value=value).model_dump_json()).value
    assert (type(read), read) == (type(value), value)


def test_long_metadata_of_artifacts_is_cut() -> None:
    kept = objects.Artifact(metadata_={"a": "b" * 600, "c": "d"}).metadata_
    assert kept == {"a": "b" * 500 + "...", "c": "d"}


def test_blocks() -> None:
    assert objects.BlockDocument(**BLOCK, is_anonymous=True).name is None
    assert actions.BlockTypeUpdate.updatable_fields() == {
        "logo_url",
        "documentation_url",
        "description",
        "code_example",
    }
    assert (
        objects.BlockType(name="a", slug="a", logo_url="https://example.com/a.png").logo_url
        == "https://example.com/a.png"
    )


def test_deployments() -> None:
    asked = actions.DeploymentCreate(name="a", flow_id=ID, tags=["a", 1], worker_pool_name="old", branch="main")
    assert (asked.tags, asked.paused, asked.branch) == (["a", "1"], None, "main")
    assert asked.parameter_openapi_schema == {"type": "object", "properties": {}}
    assert ServedDeploymentCreate(name="a", flow_id=ID).paused is False
    answered = responses.DeploymentResponse(
        name="a", flow_id=ID, version_info={"type": "git", "version": "1", "url": "x"}
    )
    assert answered.version_info is not None
    assert answered.version_info.model_dump()["url"] == "x"
    assert answered.as_related_resource() == RelatedResource(
        {
            "prefect.resource.id": f"prefect.deployment.{answered.id}",
            "prefect.resource.role": "deployment",
            "prefect.resource.name": "a",
        }
    )


def test_job_variables_are_checked_against_the_pool() -> None:
    template = {"variables": {"properties": {"x": {"type": "string"}}, "required": ["x"]}}
    actions.DeploymentCreate(name="a", flow_id=ID, job_variables={"x": "1"}).check_valid_configuration(template)
    actions.DeploymentUpdate(job_variables={}).check_valid_configuration(template)
    actions.DeploymentCreate(name="a", flow_id=ID).check_valid_configuration({})
    with pytest.raises(jsonschema.ValidationError, match="required"):
        actions.DeploymentCreate(name="a", flow_id=ID).check_valid_configuration(template)
    with pytest.raises(jsonschema.ValidationError, match="not of type"):
        actions.DeploymentUpdate(job_variables={"x": 1}).check_valid_configuration(template)


def test_schedules_of_none() -> None:
    with pytest.raises(ValueError, match="one of interval, cron and rrule"):

        class Nothing:
            interval = cron = rrule = None

        actions.DeploymentScheduleCreate.from_schedule(Nothing())


def test_work_pools() -> None:
    pool = objects.WorkPool(name="a", type="ecs:push")
    assert (pool.is_push_pool, pool.is_managed_pool) == (True, False)
    assert objects.WorkPool(name="a", type="prefect:managed").is_managed_pool
    assert responses.WorkPoolConcurrencyStatus(active_slots=None, count=0, limit=1, pages=0, page=1).active_slots == 0


def test_health_of_queues() -> None:
    moment = datetime.now(UTC)
    policy = objects.WorkQueueHealthPolicy()
    assert policy.evaluate_health_status(0, moment)
    assert not policy.evaluate_health_status(1, moment)
    assert not policy.evaluate_health_status(0, moment - timedelta(minutes=2))
    assert not policy.evaluate_health_status(0, None)
    carefree = objects.WorkQueueHealthPolicy(maximum_late_runs=None, maximum_seconds_since_last_polled=None)
    assert carefree.evaluate_health_status(1000, None)


def test_workspaces() -> None:
    names = dict.fromkeys(("account_name", "workspace_name", "workspace_description"), "x")
    workspace = objects.Workspace(
        account_id=ID, workspace_id=ID, account_handle="ours", workspace_handle="main", **names
    )
    assert workspace.handle == "ours/main"
    assert workspace.api_url().endswith(f"/accounts/{ID}/workspaces/{ID}")
    assert workspace.ui_url().endswith(f"/account/{ID}/workspace/{ID}")
    assert len({workspace, workspace.model_copy()}) == 1
