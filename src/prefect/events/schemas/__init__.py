"""Shapes of events and of the automations that watch for them."""
