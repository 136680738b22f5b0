"""The `prefect` command."""
