"""WebSockets of the API, as clients open them."""
