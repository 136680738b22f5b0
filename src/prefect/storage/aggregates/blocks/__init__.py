"""Block types, schemas and documents: lists and counts."""
