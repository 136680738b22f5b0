"""`prefect concurrency-limit` and `prefect global-concurrency-limit`."""
