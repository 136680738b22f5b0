"""Helpers for tests of programs that use flows and tasks."""
