"""Measures the budgets of docs/architecture.md beside the real Prefect, in one run.

`python -m benchmarks` is the command; `benchmarks/README.md` says how to read what it prints.
"""
