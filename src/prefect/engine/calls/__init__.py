"""A call of a task or flow before it runs: binding arguments, resolving inputs, and telling calls apart."""
