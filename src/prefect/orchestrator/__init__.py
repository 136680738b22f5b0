"""Load facts, ask the core, commit: the backend that is the database itself."""
