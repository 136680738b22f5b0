"""Logs of runs: standard library loggers whose lines go to the console and to the record."""
