"""Artifacts and variables through the public functions."""

from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    Artifact,
    acreate_markdown_artifact,
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.variables import Variable
from tests.compat.support import attempt, case, in_loop, nonce, observe


def _key():
    return nonce().replace("_", "-")


def _name():
    return nonce().replace("-", "_")


def _read(key):
    found = Artifact.get(key)
    return None if found is None else [found.type, found.data, found.description]


@case
def markdown():
    key = _key()
    made = flow(lambda: create_markdown_artifact("# Title", key=key, description="words"), name="main")()
    return [isinstance(made, UUID), _read(key)]


@case
def table():
    key = _key()
    flow(lambda: create_table_artifact([{"a": 1, "b": None}], key=key), name="main")()
    return _read(key)


@case
def tables_of_other_shapes():
    seen = []
    for given in ({"a": [1, 2], "b": [3, 4]}, [[1, 2], [3, 4]], []):
        key = _key()
        seen.append(
            observe(
                attempt(
                    flow(
                        lambda given=given, key=key: create_table_artifact(given, key=key) and None,
                        name="main",
                    )
                )
            )
        )
        seen.append(_read(key))
    return seen


@case
def table_with_special_values():
    key = _key()
    flow(lambda: create_table_artifact([{"a": float("nan"), "b": 1.5}], key=key), name="main")()
    return _read(key)


@case
def link():
    first, second = _key(), _key()

    def body():
        create_link_artifact("https://example.com", key=first, description="where")
        create_link_artifact("https://example.com", link_text="there", key=second)

    flow(body, name="main")()
    return [_read(first), _read(second)]


@case
def image():
    key = _key()
    flow(lambda: create_image_artifact("https://example.com/a.png", key=key, description="d"), name="main")()
    return _read(key)


@case
def progress():
    key = _key()
    seen = []

    def body():
        made = create_progress_artifact(10.0, key=key, description="d")
        seen.append(_read(key))
        update_progress_artifact(made, 55.5)
        seen.append(_read(key))
        update_progress_artifact(made, 100, description="done")
        seen.append(_read(key))

    flow(body, name="main")()
    return seen


@case
def progress_out_of_range():
    def body():
        return [_kind(attempt(create_progress_artifact, value)) for value in (-1.0, 100.5)]

    return attempt(flow(body, name="main"))


@case
def keys_refused():
    def body():
        return [
            observe(attempt(create_markdown_artifact, "m", key=key))
            for key in ("Upper", "with space", "under_score", "")
        ]

    return [kind if isinstance(kind, str) else kind.get("error", "accepted") for kind in flow(body, name="main")()]


@case
def without_a_key():
    return isinstance(flow(lambda: create_markdown_artifact("m"), name="main")(), UUID)


@case
def newest_of_a_key():
    key = _key()

    def body():
        create_markdown_artifact("first", key=key)
        create_markdown_artifact("second", key=key)

    flow(body, name="main")()
    return _read(key)


@case
def nothing_of_a_key():
    return Artifact.get(_key())


@case
def get_or_create():
    key = _key()
    seen = []
    for data in ("one", "two"):
        found, created = Artifact.get_or_create(key=key, data=data, type="markdown")
        seen.append([found.data, created])
    return seen


@case
def runs_of_artifacts():
    key, inner = _key(), _key()

    @task
    def work():
        create_markdown_artifact("in task", key=inner)

    @flow
    def main():
        create_markdown_artifact("in flow", key=key)
        work()

    main()
    found = [Artifact.get(key), Artifact.get(inner)]
    return [[each.flow_run_id is not None, each.task_run_id is not None] for each in found]


@case
def outside_of_runs():
    key = _key()
    outcome = attempt(create_markdown_artifact, "alone", key=key)
    return [type(outcome).__name__, attempt(_read, key)]


@case
def in_async_runs():
    key = _key()

    @flow
    async def main():
        await acreate_markdown_artifact("async", key=key)

    in_loop(main())
    return _read(key)


@case
def generic_artifact():
    key = _key()
    Artifact(type="mine", key=key, data={"a": [1]}, description="d").create()
    return _read(key)


@case
def variable_set_and_get():
    name = _name()
    made = Variable.set(name, "value", tags=["t"])
    return [type(made).__name__, made.value, made.tags, Variable.get(name)]


@case
def variable_values():
    seen = []
    for value in ("text", 5, 1.5, True, None, [1, "a"], {"a": {"b": 1}}):
        name = _name()
        Variable.set(name, value)
        seen.append(Variable.get(name))
    return seen


@case
def variable_missing():
    return [Variable.get(_name()), Variable.get(_name(), "default"), Variable.get(_name(), default=5)]


@case
def variable_twice():
    name = _name()
    Variable.set(name, 1)
    refused = observe(attempt(Variable.set, name, 2))
    Variable.set(name, 3, overwrite=True)
    return [refused, Variable.get(name)]


@case
def variable_unset():
    name = _name()
    Variable.set(name, 1)
    return [Variable.unset(name), Variable.get(name), Variable.unset(name)]


@case
def variable_names_refused():
    names = ("", "UPPER", "with space", "a" * 256, "dash-ed", "under_score_1", "ümlaut")
    return [_accepted(name) for name in names]


def _accepted(name):
    outcome = observe(attempt(Variable.set, name, 1, overwrite=True))
    return outcome["error"] if isinstance(outcome, dict) and "error" in outcome else "accepted"


@case
def variable_values_refused():
    return [observe(attempt(Variable.set, _name(), value))["error"] for value in (object(), {1, 2}, b"x")]


@case
def variable_value_too_long():
    return [_kind(attempt(Variable.set, _name(), "x" * length)) for length in (4000, 5000, 5001)]


def _kind(value):
    return type(value).__name__


@case
def variable_in_a_flow():
    name = _name()

    @task
    def work():
        return Variable.get(name)

    @flow
    def main():
        Variable.set(name, [1])
        return [work(), Variable.get(name)]

    return main()


@case
def variable_asynchronously():
    name = _name()

    @flow
    async def main():
        await Variable.aset(name, 1)
        value = await Variable.aget(name)
        gone = await Variable.aunset(name)
        return [value, gone, await Variable.aget(name, "default")]

    return in_loop(main())
