"""Runs of deployments, as `rest_diff` sends them to two servers."""

from tests.compat.rest_diff import Step, call

CALLS: list[Step] = [
    call("flow", "POST /flows/", {"name": "f-$run", "labels": {"fl": "1"}}),
    call("p", "POST /work_pools/", {"name": "p-$run", "type": "process"}),
    call(
        "d",
        "POST /deployments/",
        {
            "name": "d",
            "flow_id": "$flow.id",
            "tags": ["a"],
            "version": "v1",
            "work_pool_name": "p-$run",
            "labels": {"dl": "2"},
            "parameters": {"x": 1, "y": 2},
            "job_variables": {"k": 1},
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}, "z": {"type": "string"}},
                "required": ["x"],
            },
        },
    ),
    call("r", "POST /deployments/$d.id/create_flow_run", {}),
    call("", "POST /deployments/$d.id/create_flow_run"),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {
            "parameters": {"x": 5},
            "tags": ["b", "a"],
            "labels": {"rl": "3"},
            "idempotency_key": "k",
            "job_variables": {"z": 2},
            "name": "mine",
        },
    ),
    call("", "POST /deployments/$d.id/create_flow_run", {"idempotency_key": "k"}),
    call("", "POST /deployments/$d.id/create_flow_run", {"parameters": {"x": "no"}}),
    call("", "POST /deployments/$d.id/create_flow_run", {"parameters": {"x": "no"}, "enforce_parameter_schema": False}),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"state": {"type": "SCHEDULED", "name": "Mine", "state_details": {"scheduled_time": "2031-01-01T00:00:00Z"}}},
    ),
    call("", "POST /deployments/$d.id/create_flow_run", {"state": {"type": "PENDING"}}),
    call("", "POST /deployments/$d.id/create_flow_run", {"state": {"type": "RUNNING"}}),
    call("", "POST /deployments/$d.id/create_flow_run", {"work_queue_name": "qq"}),
    call("", "POST /work_pools/p-$run/queues/filter", {}),
    call("", "POST /deployments/$d.id/create_flow_run", {"parent_task_run_id": "00000000-0000-0000-0000-000000000001"}),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"infrastructure_document_id": "00000000-0000-0000-0000-000000000001"},
    ),
    call("", "POST /deployments/00000000-0000-0000-0000-000000000001/create_flow_run", {}),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"context": {"a": 1}, "empirical_policy": {"retries": 3, "retry_delay": 2}},
    ),
    call(
        "b",
        "POST /deployments/$d.id/create_flow_run/bulk",
        [
            {"name": "b1"},
            {"name": "b2", "parameters": {"x": "no"}},
            {"name": "b3", "idempotency_key": "k"},
            {"name": "b4"},
        ],
    ),
    call("", "POST /deployments/$d.id/create_flow_run/bulk", []),
    call("", "POST /deployments/00000000-0000-0000-0000-000000000001/create_flow_run/bulk", [{}]),
    call("d2", "POST /deployments/", {"name": "d2", "flow_id": "$flow.id"}),
    call("", "POST /deployments/$d2.id/create_flow_run", {"work_queue_name": "qq"}),
    call("", "POST /deployments/$d2.id/create_flow_run", {"parameters": {"any": 1}}),
    call("", "POST /deployments/$d2.id/create_flow_run", {"parameters": None}),
    call(
        "d3",
        "POST /deployments/",
        {
            "name": "d3",
            "flow_id": "$flow.id",
            "enforce_parameter_schema": False,
            "parameter_openapi_schema": {"type": "object", "properties": {"x": {"type": "integer"}}},
        },
    ),
    call("", "POST /deployments/$d3.id/create_flow_run", {"parameters": {"x": "no"}}),
    call("", "POST /deployments/$d3.id/create_flow_run", {"parameters": {"x": "no"}, "enforce_parameter_schema": True}),
    call(
        "d4",
        "POST /deployments/",
        {
            "name": "d4",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"x": {"$ref": "#/definitions/A"}},
                "definitions": {"A": {"type": "integer", "minimum": 3}},
            },
        },
    ),
    call("", "POST /deployments/$d4.id/create_flow_run", {"parameters": {"x": 1, "extra": 1}}),
    call("", "POST /deployments/$d4.id/create_flow_run", {"parameters": {"x": 4, "extra": 1}}),
    call(
        "d5", "POST /deployments/", {"name": "d5", "flow_id": "$flow.id", "parameter_openapi_schema": {"type": "wrong"}}
    ),
    call("", "POST /deployments/$d5.id/create_flow_run", {"parameters": {"x": 4, "extra": 1}}),
    call(
        "d6",
        "POST /deployments/",
        {
            "name": "d6",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"x": {"$ref": "#/definitions/A"}}},
        },
    ),
    call("", "POST /deployments/$d6.id/create_flow_run", {"parameters": {"x": 4, "extra": 1}}),
    call(
        "d7",
        "POST /deployments/",
        {
            "name": "d7",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"x": {"$ref": "#/definitions/A"}},
                "definitions": {"A": {"type": "array", "items": {"$ref": "#/definitions/A"}}},
            },
        },
    ),
    call("", "POST /deployments/$d7.id/create_flow_run", {"parameters": {"x": []}}),
    call(
        "", "POST /deployments/$d.id/create_flow_run", {"parameters": {"x": {"__prefect_kind": "json", "value": "7"}}}
    ),
    call(
        "", "POST /deployments/$d.id/create_flow_run", {"parameters": {"x": {"__prefect_kind": "json", "value": "{"}}}
    ),
    call("", "POST /deployments/$d.id/create_flow_run", {"parameters": {"x": {"__prefect_kind": "none", "value": 7}}}),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"parameters": {"z": {"__prefect_kind": "jinja", "template": "a {{ 1 + 1 }} b"}}},
    ),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"parameters": {"z": {"__prefect_kind": "jinja", "template": "{{ nope"}}},
    ),
    call("v", "POST /variables/", {"name": "v_$run", "value": "vv"}),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"parameters": {"z": {"__prefect_kind": "workspace_variable", "variable_name": "v_$run"}}},
    ),
    call(
        "",
        "POST /deployments/$d.id/create_flow_run",
        {"parameters": {"z": {"__prefect_kind": "workspace_variable", "variable_name": "nope_$run"}}},
    ),
    call("", "POST /deployments/$d.id/create_flow_run", {"parameters": {"z": {"__prefect_kind": "what", "value": 1}}}),
    call("", "POST /deployments/$d.id/create_flow_run", {"parameters": {"z": {"__prefect_kind": "json"}}}),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {
                    "x": {"type": "integer"},
                    "l": {"type": "array", "items": {"type": "string"}},
                    "o": {"type": "object", "properties": {"k": {"type": "integer"}}, "required": ["k", "m"]},
                },
                "required": ["x", "w"],
            },
            "values": {"x": "no", "l": ["a", 1], "o": {"k": "z"}, "e": 1},
        },
    ),
    call("", "POST /ui/schemas/validate", {"schema": {"type": "object"}, "values": {"x": "no"}}),
    call("", "POST /ui/schemas/validate", {"schema": {"type": "wrong"}, "values": {"x": "no"}}),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "properties": {"x": {"$ref": "#/definitions/A"}},
                "definitions": {"A": {"type": "array", "items": {"$ref": "#/definitions/A"}}},
            },
            "values": {"x": []},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {"schema": {"properties": {"x": {"$ref": "#/definitions/A"}}}, "values": {"x": []}},
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "a": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "b": {"enum": [1, 2]},
                    "c": {"type": "integer"},
                },
            },
            "values": {"a": "s", "b": 3, "zz": 1, "c": {"__prefect_kind": "json", "value": "{"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {
                    "c": {"type": "integer"},
                    "d": {"type": "integer"},
                    "j": {"type": "string"},
                    "w": {"type": "string"},
                },
            },
            "values": {
                "c": {"__prefect_kind": "json", "value": '"a"'},
                "d": {"__prefect_kind": "none", "value": 3},
                "j": {"__prefect_kind": "jinja", "template": "{{"},
                "w": {"__prefect_kind": "workspace_variable", "variable_name": "nope_$run"},
            },
        },
    ),
    call("", "POST /ui/flows/count-deployments", {"flow_ids": ["$flow.id", "00000000-0000-0000-0000-000000000001"]}),
    call("", "POST /ui/flows/next-runs", {"flow_ids": ["$flow.id", "00000000-0000-0000-0000-000000000001"]}),
]
