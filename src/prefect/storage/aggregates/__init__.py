"""The reading door: lists, filters and counts, one module per aggregate, in SQLAlchemy Core."""
