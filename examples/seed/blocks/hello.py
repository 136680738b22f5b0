from prefect import flow, task

@task
def hello_task():
    return "Hello, World!"

@flow
def hello_flow():
    result = hello_task()
    print(result)

hello_flow()
