"""Deployments, where they run, and the runs that their schedules make."""
