"""`prefect server user`, `key` and `audit`: who may do what on a server, and who did."""
