"""Blocks: configuration and credentials as classes, whose instances are saved and loaded by name."""
