"""From rows of the record to the JSON of the API: one module per resource, plain functions."""
