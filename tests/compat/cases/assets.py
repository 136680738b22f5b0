"""Assets and the tasks that make them."""

from prefect import flow, task
from prefect.assets import Asset, AssetProperties, add_asset_metadata, materialize
from prefect.tasks import MaterializingTask, Task
from tests.compat.support import attempt, case

KEYS = ("s3://bucket/x", "nope", "s3://a b", "postgres://db/table", "s3://" + "x" * 600, "x://y", "://", "file:///a")


@case
def keys():
    return {key[:20]: attempt(lambda key=key: Asset(key=key).key) for key in KEYS}


@case
def properties():
    made = AssetProperties(name="n", owners=["me"])
    return [made.name, made.url, made.description, made.owners]


@case
def equality_and_text():
    one, other = Asset(key="s3://a/b"), Asset(key="s3://a/b")
    return [
        one == other,
        one == Asset(key="s3://a/c"),
        repr(one),
        one == Asset(key="s3://a/b", properties=AssetProperties()),
    ]


@case
def a_task_of_its_own_kind():
    made = materialize("s3://a/b", by="dbt", name="mine", retries=2, tags=["t"])(lambda: 1)
    facts = [
        made.name,
        made.retries,
        made.tags,
        made.materialized_by,
        [asset.key for asset in made.assets],
        made.log_prints,
    ]
    return [type(made) is MaterializingTask, isinstance(made, Task), *facts, made.persist_result]


@case
def changed_options():
    made = materialize("s3://a/b", by="dbt", retries=1)(lambda: 1)
    changed = made.with_options(assets=["s3://c/d"], name="other")
    same = made.with_options(retries=3)
    return [
        [asset.key for asset in changed.assets], changed.materialized_by, changed.name, changed.retries,
        [asset.key for asset in same.assets], same.materialized_by, same.retries,
    ]  # fmt: skip


@case
def bad_use():
    return [
        attempt(materialize),
        attempt(lambda: materialize("nope")(lambda: 1)),
        type(attempt(lambda: materialize("s3://a/b", nothing=1)(lambda: 1))).__name__,
        attempt(add_asset_metadata, "s3://a/b", {}),
        attempt(Asset(key="s3://a/b").add_metadata, {}),
    ]


@case
def metadata():
    @materialize("s3://a/b")
    def work():
        return [add_asset_metadata("s3://a/b", {"n": 1}), attempt(add_asset_metadata, "s3://a/c", {"n": 1})]

    @task
    def plain():
        return attempt(add_asset_metadata, "s3://a/b", {})

    @flow
    def main():
        return [work(), work.submit().result(), plain()]

    return main()


@case
def dependencies_of_tasks():
    made = task(lambda: 1, name="t", asset_deps=["s3://a/b", Asset(key="s3://c/d")])
    return [[asset.key for asset in made.asset_deps], task(lambda: 1, name="u").asset_deps]
