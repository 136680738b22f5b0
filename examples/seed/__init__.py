"""Pipelines as people first write them, unchanged, and the few things they leave open.

`blocks/` holds the code as it was written: a basic ETL, complex dependencies, retries with caching, and a hello flow.
Each uses names it does not define (a database engine, an HTTP client, a costly transformation); `open_names.py`
supplies them. Run one with `python -m examples.seed hello`.
"""
