"""Parameters and their schemas, as `rest_diff` sends them to two servers."""

from tests.compat.rest_diff import Step, call

CALLS: list[Step] = [
    call("flow", "POST /flows/", {"name": "f-$run"}),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string"}}}},
            "values": {"l": ["a", 1]},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string"}}}},
            "values": {"l": None},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"type": "object", "properties": {"k": {"type": "integer"}}}},
            },
            "values": {"l": None},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"type": "object", "properties": {"k": {"type": "integer"}}}},
            },
            "values": {"l": {"k": "s"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"type": "object", "properties": {"k": {"type": "integer"}}, "required": ["k"]}},
            },
            "values": {"l": {"k": "s"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {
                    "l": {"type": "boolean"},
                    "n": {"type": "number"},
                    "s": {"type": "string", "minLength": 3},
                },
            },
            "values": {"l": None, "n": None, "s": "a"},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"l": {"type": "boolean", "title": "T", "default": 1}}},
            "values": {"l": 3},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {"schema": {"type": "object", "properties": {"l": {"type": ["boolean", "string"]}}}, "values": {"l": 3}},
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"allOf": [{"$ref": "#/definitions/A"}]}},
                "definitions": {"A": {"type": "object", "properties": {"q": {"type": "integer"}}, "required": ["q"]}},
            },
            "values": {"l": {"q": "x"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"$ref": "#/definitions/A"}},
                "definitions": {"A": {"type": "object", "properties": {"q": {"type": "integer"}}}},
            },
            "values": {"l": {"q": "x"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"l": {"$ref": "#/definitions/A"}},
                "definitions": {"A": {"type": "object", "properties": {"q": {"type": "integer"}}}},
            },
            "values": {"l": None},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {
                    "d": {"type": "string", "format": "date-time"},
                    "u": {"type": "string", "format": "uuid"},
                },
                "required": ["d", "u"],
            },
            "values": {"d": "nope", "u": "nope"},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"a": {"prefixItems": [{"type": "integer"}], "type": "array"}},
                "required": ["a"],
            },
            "values": {"a": ["x"]},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"a": {"type": "array", "items": [{"type": "integer"}], "additionalItems": False}},
                "required": ["a"],
            },
            "values": {"a": ["x"]},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {"a": {"type": "integer", "exclusiveMinimum": True, "minimum": 3}},
                "required": ["a"],
            },
            "values": {"a": 3},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a+$"}}, "required": ["a"]},
            "values": {"a": "b"},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}, "required": ["a"]},
            "values": {"a": "b"},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "integer", "position": 0}}, "required": ["a"]},
            "values": {"a": {"__prefect_kind": "json", "value": None}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, "values": {}},
    ),
    call("", "POST /ui/schemas/validate", {"schema": {}, "values": {}}),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "type": "object",
                "properties": {
                    "a": {
                        "type": "object",
                        "properties": {
                            "b": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "properties": {"c": {"type": "integer"}},
                                    "required": ["c"],
                                },
                            }
                        },
                        "required": ["b"],
                    }
                },
                "required": ["a"],
            },
            "values": {"a": {"b": [{"c": 1}, {"c": "x"}, {}]}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {"schema": {"type": "object", "properties": {"a": {"$ref": "http://example.invalid/x"}}}, "values": {"a": 1}},
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "type": "object",
                "properties": {"a": {"type": "integer"}},
            },
            "values": {"a": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "values": {"a": {"__prefect_kind": "json", "value": "1"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "values": {"a": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "values": {"a": {"__prefect_kind": "jinja", "template": "{{ x.y }}"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "values": {"a": {"__prefect_kind": "workspace_variable"}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "values": {"a": {"__prefect_kind": "nope", "x": 1}},
        },
    ),
    call(
        "",
        "POST /ui/schemas/validate",
        {
            "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "values": {"a": [{"__prefect_kind": "json", "value": "{"}]},
        },
    ),
    call(
        "d1",
        "POST /deployments/",
        {
            "name": "d1",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}},
                "required": ["a", "z"],
            },
        },
    ),
    call("", "POST /deployments/$d1.id/create_flow_run", {"parameters": {"a": {"b": "x"}}}),
    call(
        "d2",
        "POST /deployments/",
        {
            "name": "d2",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        },
    ),
    call("", "POST /deployments/$d2.id/create_flow_run", {"parameters": {}}),
    call(
        "d3",
        "POST /deployments/",
        {
            "name": "d3",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a", "b"],
            },
        },
    ),
    call("", "POST /deployments/$d3.id/create_flow_run", {"parameters": {"a": "x", "b": "y"}}),
    call(
        "d4",
        "POST /deployments/",
        {
            "name": "d4",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "additionalProperties": False,
            },
        },
    ),
    call("", "POST /deployments/$d4.id/create_flow_run", {"parameters": {"b": 1}}),
    call(
        "d5",
        "POST /deployments/",
        {
            "name": "d5",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "integer"}}},
                "required": ["a"],
            },
        },
    ),
    call("", "POST /deployments/$d5.id/create_flow_run", {"parameters": {"a": ["x"]}}),
    call(
        "d6",
        "POST /deployments/",
        {
            "name": "d6",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        },
    ),
    call("", "POST /deployments/$d6.id/create_flow_run", {"parameters": {"a": {"__prefect_kind": "json"}}}),
    call(
        "d7",
        "POST /deployments/",
        {
            "name": "d7",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        },
    ),
    call(
        "",
        "POST /deployments/$d7.id/create_flow_run",
        {"parameters": {"a": {"__prefect_kind": "jinja", "template": "{{ 3 }}"}}},
    ),
    call(
        "d8",
        "POST /deployments/",
        {
            "name": "d8",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "object"}}},
        },
    ),
    call(
        "",
        "POST /deployments/$d8.id/create_flow_run",
        {"parameters": {"a": {"x": {"__prefect_kind": "json", "value": "3"}}}},
    ),
    call(
        "d9",
        "POST /deployments/",
        {
            "name": "d9",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "string"}}},
        },
    ),
    call(
        "",
        "POST /deployments/$d9.id/create_flow_run",
        {"parameters": {"a": {"__prefect_kind": "jinja", "template": "{{ flow_run.id }}|{{ x }}|{{ 1/0 }}"}}},
    ),
    call(
        "d10",
        "POST /deployments/",
        {
            "name": "d10",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "string"}}},
        },
    ),
    call(
        "",
        "POST /deployments/$d10.id/create_flow_run",
        {"parameters": {"a": {"__prefect_kind": "jinja", "template": "{% for i in range(3) %}x{% endfor %}"}}},
    ),
    call(
        "d11",
        "POST /deployments/",
        {
            "name": "d11",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"$ref": "http://example.invalid/x"}}},
        },
    ),
    call("", "POST /deployments/$d11.id/create_flow_run", {"parameters": {"a": 1}}),
    call(
        "d12",
        "POST /deployments/",
        {
            "name": "d12",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "string", "pattern": "("}},
                "required": ["a"],
            },
        },
    ),
    call("", "POST /deployments/$d12.id/create_flow_run", {"parameters": {"a": "b"}}),
    call(
        "k",
        "POST /deployments/",
        {
            "name": "kk",
            "flow_id": "$flow.id",
            "parameter_openapi_schema": {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "required": ["a", "b"],
            },
        },
    ),
    call("", "PATCH /deployments/$k.id", {"parameters": {"a": "x"}}),
    call("", "PATCH /deployments/$k.id", {"parameters": {"a": 1}}),
    call("", "PATCH /deployments/$k.id", {"parameters": {"c": 1}}),
    call("", "PATCH /deployments/$k.id", {"enforce_parameter_schema": True}),
    call("", "PATCH /deployments/$k.id", {"parameters": {"a": {"__prefect_kind": "json", "value": "3"}}}),
    call("", "GET /deployments/$k.id"),
    call(
        "",
        "POST /deployments/",
        {
            "name": "k2",
            "flow_id": "$flow.id",
            "parameters": {"a": "x"},
            "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        },
    ),
]
