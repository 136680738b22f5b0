"""Helpers that know nothing of runs: plain Python, light to import, usable from every storey."""
