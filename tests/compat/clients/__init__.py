"""Programs for the real Prefect's own client, run against a server."""
