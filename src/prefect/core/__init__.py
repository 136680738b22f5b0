"""Data and pure functions: what a run is, what may happen to it, what is recorded of it.

Nothing in here performs I/O, reads a clock, draws a random number or knows a setting.
"""
