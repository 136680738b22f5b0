"""Events and automations: what happened to which resources, and what to do about it."""
