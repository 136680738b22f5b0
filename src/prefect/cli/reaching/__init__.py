"""Reaching a server: raw requests, its pages, whether it answers."""
