"""The record on a server, as commands ask it: one module for each protocol of `cli/record.py`."""
