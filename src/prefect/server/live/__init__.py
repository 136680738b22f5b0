"""What changes, told as it happens: the bus in this process, and its ways to other replicas and to browsers."""
