"""The history of the schema: one for both dialects, each step a script of plain SQL for either.

A step only adds: the version before goes on working beside it, and what it no longer needs goes in a later one. All
steps of an upgrade are one transaction, so that a process killed amid it leaves the schema as it was.
"""
