"""The programs of the product's first description, word for word, with stand-ins for the outside world.

Nothing in the texts was changed; the names they use (`engine`, `requests`, `pd`, ...) are given from here.
"""

import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.compat.support import Counter, attempt, case, logged, observe

BASIC = """
from prefect import flow, task
import pandas as pd

@task
def extract_sage_data():
    # Connect to Sage and extract transaction data
    return pd.read_csv('sage_export.csv')

@task
def transform_data(raw_data):
    # Clean and transform the data
    df = pd.DataFrame(raw_data)
    df['amount'] = pd.to_numeric(df['amount'])
    return df

@task
def load_to_warehouse(clean_data):
    # Load into PostgreSQL warehouse
    clean_data.to_sql('transactions', engine, if_exists='append')

@flow
def sage_etl_flow():
    raw = extract_sage_data()
    clean = transform_data(raw)
    load_to_warehouse(clean)

# Run the flow
sage_etl_flow()
"""

DEPENDENCIES = """
@task
def validate_sage_data(data):
    # Check data quality
    assert len(data) > 0, "No data received"
    return data

@task
def update_dimensions(data):
    # Update customer, project, account dimensions
    pass

@flow
def full_etl_pipeline():
    raw_data = extract_sage_data()
    validated = validate_sage_data(raw_data)
\x20\x20\x20\x20
    # Parallel processing
    transformed = transform_data(validated)
    dimensions_updated = update_dimensions(validated)
\x20\x20\x20\x20
    # Load depends on both transforms completing
    load_to_warehouse(transformed, wait_for=[dimensions_updated])
"""

RETRIES = """
from prefect import task, flow
from prefect.tasks import task_input_hash
from datetime import timedelta

@task(retries=3, retry_delay_seconds=60)
def extract_from_api(api_endpoint):
    response = requests.get(api_endpoint)
    response.raise_for_status()
    return response.json()

@task(cache_key_fn=task_input_hash, cache_expiration=timedelta(hours=1))
def process_large_dataset(data):
    # Expensive processing - cache results
    return expensive_transform(data)

@flow
def robust_etl():
    try:
        data = extract_from_api("https://api.sage.com/transactions")
        processed = process_large_dataset(data)
        load_to_warehouse(processed)
    except Exception as e:
        logger.error(f"ETL failed: {e}")
        # Send notification
        raise
"""

HELLO = """
   from prefect import flow, task
   
   @task
   def hello_task():
       return "Hello, World!"
   
   @flow
   def hello_flow():
       result = hello_task()
       print(result)
   
   hello_flow()
"""  # noqa: W293 - as it stands there


class _Frame(list):  # type: ignore[type-arg]
    """Just enough of a table for the programs: rows, one column by name, `to_sql`."""

    loaded: list[Any] = []

    def __getitem__(self, key: Any) -> Any:
        return [row[key] for row in self] if isinstance(key, str) else super().__getitem__(key)

    def __setitem__(self, key: Any, values: Any) -> None:
        for row, value in zip(self, values, strict=True):
            row[key] = value

    def to_sql(self, table: str, engine: str, if_exists: str) -> None:
        """Note the rows as loaded."""
        self.loaded.append([table, engine, if_exists, [dict(row) for row in self]])


class _Pandas:
    DataFrame = _Frame

    @staticmethod
    def read_csv(path: str) -> _Frame:
        """Give the same two rows for every file."""
        return _Frame([{"account": "a", "amount": "1"}, {"account": "b", "amount": "2.5"}])

    @staticmethod
    def to_numeric(values: list[str]) -> list[float]:
        """Turn texts into numbers."""
        return [float(value) for value in values]


def _program(text: str, **names: Any) -> dict[str, Any]:
    """Execute a program with the given names; `import pandas` finds the stand-in."""
    import linecache
    import sys

    source = textwrap.dedent(text)
    file = str(Path(__file__).with_name("seed_program.py"))
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "seed_program", "pd": _Pandas, "engine": "warehouse", **names}
    real = sys.modules.get("pandas")
    sys.modules["pandas"] = _Pandas  # type: ignore[assignment]
    try:
        exec(compile(source, file, "exec"), namespace)
    finally:
        sys.modules.pop("pandas")
        if real is not None:
            sys.modules["pandas"] = real
    return namespace


@case
def basic_etl():
    _Frame.loaded.clear()
    namespace = _program(BASIC)
    return [list(_Frame.loaded), namespace["sage_etl_flow"](return_state=True)]


@case
def complex_dependencies():
    _Frame.loaded.clear()
    namespace = _program(BASIC + DEPENDENCIES)
    _Frame.loaded.clear()
    state = namespace["full_etl_pipeline"](return_state=True)
    return [state, list(_Frame.loaded)]


@case
def no_data_received():
    namespace = _program(BASIC + DEPENDENCIES)
    namespace["pd"] = SimpleNamespace(read_csv=lambda path: _Frame(), DataFrame=_Frame, to_numeric=list)
    return namespace["full_etl_pipeline"](return_state=True)


def _robust(failures: int) -> tuple[dict[str, Any], Counter, list[Any], list[str]]:
    calls, loaded, errors = Counter(), [], []

    def get(endpoint: str) -> Any:
        number = calls(endpoint)

        def raise_for_status() -> None:
            if number <= failures:
                raise ConnectionError(f"attempt {number}")

        return SimpleNamespace(raise_for_status=raise_for_status, json=lambda: [1, 2, 3])

    names = {
        "requests": SimpleNamespace(get=get),
        "expensive_transform": lambda data: [value * 2 for value in data],
        "load_to_warehouse": loaded.append,
        "logger": SimpleNamespace(error=errors.append),
    }
    return (
        _program(RETRIES.replace("retry_delay_seconds=60", "retry_delay_seconds=0.01"), **names),
        calls,
        loaded,
        errors,
    )


@case
def error_handling_and_retries():
    namespace, calls, loaded, errors = _robust(failures=2)
    return [namespace["robust_etl"](return_state=True), calls.count, loaded, errors]


@case
def error_handling_gives_up():
    namespace, calls, loaded, errors = _robust(failures=9)
    return [observe(attempt(namespace["robust_etl"])), calls.count, loaded, errors]


@case
def options_of_the_retrying_program():
    namespace = _program(RETRIES)
    extract, process = namespace["extract_from_api"], namespace["process_large_dataset"]
    return [
        extract.retries,
        extract.retry_delay_seconds,
        process.cache_expiration.total_seconds(),
        process.cache_key_fn.__name__,
    ]


@case
def hello_flow():
    import contextlib
    import io

    printed = io.StringIO()
    with logged(), contextlib.redirect_stdout(printed):
        _program(HELLO)
    return printed.getvalue().strip()
