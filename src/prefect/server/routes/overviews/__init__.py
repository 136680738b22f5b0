"""What pictures and dashboards ask for."""
