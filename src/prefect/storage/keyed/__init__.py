"""Reads and writes by key, for decisions: plain SQL at driver level, one module per concern."""
