"""Deployments, their schedules and their runs."""
