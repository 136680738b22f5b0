"""The tables of settings, one module a subject.

Nothing here reads a source; `settings.root` joins the tables.
"""
