"""`prefect events` and `prefect automation`."""
