"""`prefect deployment`."""
