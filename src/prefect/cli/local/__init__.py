"""The record in this process, as commands ask it: one module for each protocol of `cli/record.py`."""
