"""Tasks and flows as methods, and generators as tasks."""

from collections.abc import Generator, Iterator
from typing import assert_type

from prefect import flow, task


class Loader:
    def __init__(self, table: str) -> None:
        self.table = table

    @task
    def load(self, rows: int) -> str:
        return f"{rows} into {self.table}"

    @flow
    def run(self, rows: int) -> str:
        return self.load(rows)

    @staticmethod
    @task
    def check(rows: int) -> bool:
        return rows > 0


@task
def chunks(count: int) -> Iterator[list[int]]:
    for number in range(count):
        yield [number]


@task
def generator(count: int) -> Generator[int, None, str]:
    yield count
    return "done"


loader = Loader("facts")
assert_type(loader.run(3), str)
assert_type(loader.load(3), str)
assert_type(Loader.check(3), bool)
for chunk in chunks(3):
    assert_type(chunk, list[int])
for number in generator(3):
    assert_type(number, int)
