"""Who may come in, what they may do, and what is remembered of it.

    hosts ─▶ gate ─▶ csrf ─▶ route ─▶ role ─▶ body ─▶ confinement ─▶ handler ─▶ audit

Everything is refused that nothing here allows: the paths that need no credential are a list of exact spellings.
"""
