"""`prefect flow-run`."""
