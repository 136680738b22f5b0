"""The HTTP shell: Prefect 3's REST API over the record. It never runs user code."""
