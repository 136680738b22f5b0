"""`prefect work-pool` and `prefect work-queue`."""
