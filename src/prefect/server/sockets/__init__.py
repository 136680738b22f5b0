"""The WebSockets of the API: events in, and events and log lines out, as Prefect's clients speak them."""
