"""The smallest flow there is; the whole process is timed from outside."""

from prefect import flow, task


@task
def hello_task() -> str:
    return "Hello, World!"


@flow
def hello_flow() -> None:
    print(hello_task())


if __name__ == "__main__":
    hello_flow()
