"""JSON schemas of what functions take."""
