"""Blocks: types, schemas, documents and capabilities."""
