"""Parameters of flows: validation, coercion, errors, schemas."""

# ruff: noqa: UP007, UP045 - users write both spellings of unions

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from prefect import flow, task
from prefect.utilities.callables import parameter_schema
from tests.compat.support import attempt, case, in_loop, observe


class Colour(Enum):
    """An enumeration as a parameter type."""

    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    """A dataclass as a parameter type."""

    x: int
    y: int = 0


def _given(annotation, value, **options):
    def main(x):
        return [type(x).__name__, observe(x)]

    main.__annotations__ = {"x": annotation}
    return attempt(flow(main, **options), value)


@case
def numbers():
    return [
        _given(int, "5"),
        _given(int, 5.0),
        _given(float, 3),
        _given(int, True),
        _given(bool, "yes"),
        _given(str, 5),
    ]


@case
def numbers_refused():
    return [_given(int, "five"), _given(int, 5.5), _given(float, "x"), _given(bool, "perhaps")]


@case
def collections():
    return [
        _given(list[int], ["1", 2]),
        _given(list[int], (1, 2)),
        _given(tuple[int, str], ["1", "a"]),
        _given(set[int], [1, 1, 2]),
        _given(dict[str, int], {"a": "1"}),
    ]


@case
def times():
    return [
        _given(datetime, "2020-01-02T03:04:05Z"),
        _given(date, "2020-01-02"),
        _given(timedelta, 90),
        _given(timedelta, "PT1M"),
    ]


@case
def time_values():
    def main(moment: datetime, day: date, span: timedelta):
        return [
            moment == datetime(2020, 1, 2, tzinfo=UTC),
            day == date(2020, 1, 2),
            span == timedelta(seconds=90),
        ]

    return flow(main)("2020-01-02T00:00:00Z", "2020-01-02", 90)


@case
def other_types():
    return [
        _given(Colour, "red"),
        _given(Path, "some/where"),
        _given(UUID, "12345678-1234-5678-1234-567812345678"),
        _given(Literal["a", "b"], "a"),
        _given(Any, object)[0],
    ]


@case
def other_types_refused():
    return [_given(Colour, "green"), _given(UUID, "x"), _given(Literal["a", "b"], "c")]


@case
def unions():
    return [
        _given(Optional[int], None),
        _given(Union[int, str], "a"),
        _given(Union[int, str], "5"),
        _given(int | None, "5"),
        _given(Union[int, date], "2020-01-02"),
    ]


@case
def models():
    from pydantic import BaseModel

    class Address(BaseModel):
        street: str
        number: int = 1

    class Person(BaseModel):
        name: str
        address: Address

    seen = []

    @flow
    def main(person: Person, extra: list[Address]):
        seen.append([type(person).__name__, person.address.number, type(extra[0]).__name__])

    main({"name": "a", "address": {"street": "s", "number": "7"}}, [{"street": "t"}])
    main(Person(name="a", address=Address(street="s")), [Address(street="t")])
    seen.append(attempt(main, {"name": "a"}, []))
    return seen


@case
def dataclasses():
    return [_given(Point, {"x": "1"}), _given(Point, Point(1, 2)), _given(Point, {"y": 1})]


@case
def constrained():
    from pydantic import Field

    return [
        _given(Annotated[int, Field(gt=3)], 5),
        _given(Annotated[int, Field(gt=3)], 2),
        _given(Annotated[str, Field(min_length=2)], "a"),
    ]


@case
def secrets():
    from pydantic import SecretStr

    seen = []

    @flow
    def main(password: SecretStr):
        seen.append([type(password).__name__, str(password), password.get_secret_value()])

    main("hidden")
    main(SecretStr("hidden"))
    return seen


@case
def defaults_are_validated_too():
    @flow
    def main(x: int = "5", y: int = None):  # noqa: RUF013
        return [type(x).__name__, y]

    return attempt(main)


@case
def no_annotations_no_change():
    return [flow(lambda x: type(x).__name__, name="main")(value) for value in (1, "1", None, [1])]


@case
def variadic_parameters():
    @flow
    def main(*numbers: int, **texts: str):
        return [list(numbers), texts]

    return [attempt(main, "1", 2, a="x"), attempt(main, "one"), attempt(main, a=5)]


@case
def without_validation():
    return [_given(int, "five", validate_parameters=False), _given(int, "5", validate_parameters=False)]


@case
def several_errors():
    @flow
    def main(a: int, b: list[int]):
        return 1

    return attempt(main, "x", "y")


@case
def state_of_a_run_with_wrong_parameters():
    @flow
    def main(a: int):
        return 1

    state = main("x", return_state=True)
    return [state.type.name, state.name, (state.message or "").split("\n")[0], attempt(state.result)]


@case
def error_names_the_parameter():
    @flow
    def main(first: int, second: int):
        return 1

    message = str(attempt(main, 1, "x"))
    return ["second" in message, "first" in message]


@case
def validate_parameters_directly():
    @flow
    def main(a: int, b: str = "b"):
        return 1

    return [
        main.validate_parameters({"a": "5"}),
        attempt(main.validate_parameters, {"a": "x"}),
        attempt(main.validate_parameters, {}),
        attempt(main.validate_parameters, {"a": 1, "c": 2}),
    ]


@case
def serialize_parameters():
    @flow
    def main(a, b, c, d=None):
        return 1

    return observe(main.serialize_parameters({"a": 1, "b": Point(1, 2), "c": date(2020, 1, 2), "d": {1, 2}}))


@case
def tasks_do_not_validate():
    @task
    def work(x: int):
        return type(x).__name__

    return flow(lambda: [work("5"), work.submit("x").result()], name="main")()


@case
def async_flows_validate():
    @flow
    async def main(x: int):
        return x

    return in_loop(main("5"))


@case
def async_flow_refuses():
    async def run():
        @flow
        async def main(x: int):
            return x

        try:
            return await main("x")
        except Exception as error:
            return error

    return in_loop(run())


@case
def subflow_parameters():
    @flow
    def child(x: int):
        return type(x).__name__

    @flow
    def main():
        return [child("5"), attempt(child, "x")]

    return main()


@case
def mutable_arguments_reach_the_function():
    given = {"a": []}

    @flow
    def main(x: dict):
        x["a"].append(1)

    main(given)
    return given


@case
def identity_of_arguments():
    marker = object()
    return [
        flow(lambda x: x is marker, name="main")(marker),
        flow(lambda x: x is marker, name="main", validate_parameters=False)(marker),
    ]


@case
def future_annotations_as_text():
    namespace: dict[str, Any] = {}
    exec(  # the annotations of this function are strings
        "from __future__ import annotations\ndef main(x: int, y: list[int]):\n    return [x, y]\n", namespace
    )
    return attempt(flow(namespace["main"]), "5", ["6"])


@case
def names_pydantic_reserves():
    def main(schema: int, copy: int, json: int):
        return [schema, copy, json]

    def refused(model_config: int):
        return model_config

    return [
        attempt(lambda: flow(main)("1", "2", "3")),
        attempt(flow, refused),
        attempt(lambda: flow(refused, validate_parameters=False)("1")),
    ]


@case
def positional_only_parameters():
    @flow
    def main(a: int, /, b: int, *, c: int):
        return [a, b, c]

    return attempt(main, "1", "2", c="3")


@case
def schema_of_parameters():
    def main(a: int, b: str = "x", c: Colour = Colour.RED, d: list[int] | None = None):
        """Do it.

        Args:
            a: the first one
        """

    schema = parameter_schema(main).model_dump_for_openapi()
    return {
        "required": schema.get("required"),
        "names": sorted(schema["properties"]),
        "a": schema["properties"]["a"],
        "b": schema["properties"]["b"],
        "title": schema["title"],
        "type": schema["type"],
    }


@case
def parameters_of_a_flow():
    def main(a: int, b: str = "x"):
        return 1

    return sorted(flow(main).parameters.properties)


@case
def wide_values():
    return [_given(int, 2**70), _given(float, float("inf")), _given(str, "ü" * 3), _given(bytes, "a")]
