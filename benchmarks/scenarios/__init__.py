"""One small program a module; each runs unchanged under Headrace and under Prefect."""
