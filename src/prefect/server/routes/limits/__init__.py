"""Concurrency limits: on tags, and global ones."""
