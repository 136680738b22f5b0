"""The operations of the API: one module per resource, each with a literal tuple `ROUTES`."""
