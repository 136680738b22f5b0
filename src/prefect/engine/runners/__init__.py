"""Where submitted tasks run: threads, processes, or a cluster."""
