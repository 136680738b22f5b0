"""Deployments, and the pools, queues and workers that run them: lists and counts."""
