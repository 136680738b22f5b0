"""`prefect block`."""
