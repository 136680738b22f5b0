"""What the routes read: filters, pages and parameters, as clients send them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterState, FlowRunFilterStateType
from prefect.core.lifecycle.states import StateType
from prefect.wire.bodies import BODIES
from prefect.wire.filters.sorting import FlowRunSort
from prefect.wire.requests.flow_runs import FlowRunsFilterBody, FlowRunsHistoryBody
from prefect.wire.requests.ui import SchemaValidateBody
from prefect.wire.requests.work import WorkPoolScheduledRunsBody

ID = uuid4()


def read(route: str, body: object) -> object:
    method, path = route.split(" ")
    return TypeAdapter(BODIES[method, path]).validate_python(body)


def test_a_filter_as_clients_send_it() -> None:
    wanted = FlowRunFilter(
        id=FlowRunFilterId(any_=[ID]), state=FlowRunFilterState(type=FlowRunFilterStateType(any_=["FAILED"]))
    )
    body = read(
        "POST /flow_runs/filter",
        {"flows": None, "flow_runs": wanted.model_dump(mode="json"), "limit": None, "sort": None},
    )
    assert isinstance(body, FlowRunsFilterBody)
    assert body.flow_runs == wanted
    assert body.flow_runs is not None
    assert body.flow_runs.state is not None
    assert body.flow_runs.state.type is not None
    assert body.flow_runs.state.type.any_ == [StateType.FAILED]
    assert (body.sort, body.limit, body.offset, body.flows) == (FlowRunSort.ID_DESC, None, 0, None)


@pytest.mark.parametrize(
    ("route", "body", "place"),
    [
        ("POST /flow_runs/filter", {"offset": -1}, ("offset",)),
        ("POST /flow_runs/filter", {"limit": 2**64}, ("limit",)),
        ("POST /flow_runs/filter", {"sort": "RANDOM"}, ("sort",)),
        ("POST /flow_runs/filter", {"flow_runs": {"novelty": 1}}, ("flow_runs", "novelty")),
        ("POST /flow_runs/filter", {"flow_runs": {"id": {"any_": ["x"]}}}, ("flow_runs", "id", "any_", 0)),
        ("POST /flow_runs/filter", {"flow_runs": {"name": {"like_": "\0"}}}, ("flow_runs", "name", "like_")),
        ("POST /flow_runs/filter", {"flow_runs": {"operator": None}}, ("flow_runs", "operator")),
        ("POST /flow_runs/paginate", {"page": 0}, ("page",)),
        ("POST /flow_runs/bulk_delete", {"limit": 51}, ("limit",)),
        ("POST /flow_runs/{id}/set_state", {"force": True}, ("state",)),
        ("POST /logs/filter", {"logs": {"text": {"query": "x" * 201}}}, ("logs", "text", "query")),
        ("POST /logs/", [{"name": "a"}], (0, "level")),
        ("POST /v2/concurrency_limits/increment", {"names": ["a"], "slots": 0}, ("slots",)),
        ("POST /v2/concurrency_limits/leases/{lease_id}/renew", {"lease_duration": 5}, ("lease_duration",)),
        ("POST /ui/flow_runs/history", {"limit": -1}, ("limit",)),
        ("POST /deployments/{id}/schedules", [{"schedule": {"cron": "0 0 31 2 *"}}], (0, "schedule", "cron", "cron")),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(route: str, body: object, place: tuple[object, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        read(route, body)
    assert refused.value.errors()[0]["loc"] == place


@pytest.mark.parametrize(
    "route", [route for route, body in BODIES.items() if getattr(body, "__name__", "").endswith("FilterBody")]
)
def test_an_empty_body_asks_for_everything(route: tuple[str, str]) -> None:
    if route != ("POST", "/flow_runs/{id}/input/filter"):
        assert TypeAdapter(BODIES[route]).validate_python({}) is not None


def test_parameters_that_may_be_left_out() -> None:
    body = WorkPoolScheduledRunsBody()
    assert (body.work_queue_names, body.scheduled_before, body.limit) == (None, None, None)
    with pytest.raises(ValidationError, match="history_interval_seconds"):
        FlowRunsHistoryBody.model_validate({"history_start": "2030-01-01", "history_end": "2030-01-02"})
    assert SchemaValidateBody.model_validate({"schema": {"type": "object"}, "values": {}}).schema_ == {"type": "object"}
