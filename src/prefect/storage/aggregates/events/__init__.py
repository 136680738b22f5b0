"""Events, what has come in lately, the automations that watch for them, and who runs tasks from the queue."""
