"""Assets: what tasks make and use that outlives them, and the events that tell of it."""
