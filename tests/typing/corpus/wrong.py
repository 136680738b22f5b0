"""Mistakes that a type checker must see: if it doesn't, some type has become Any."""

from prefect import flow, task


@task
def double(number: int) -> int:
    return 2 * number


@task
async def fetch(page: int) -> bytes:
    return bytes(page)


@flow
def total(numbers: list[int]) -> int:
    return sum(numbers)


text: str = double(1)  # wrong
double("one").bit_length().upper()  # wrong
future: str = double.submit(1).result()  # wrong
several: list[str] = double.map([1]).result()  # wrong
fetched: str = fetch.submit(1).result()  # wrong
summed: str = total([1])  # wrong
state: str = total([1], return_state=True).result()  # wrong
task(retries="three")  # wrong
flow(log_prints=3)  # wrong
