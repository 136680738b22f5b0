"""What pictures and dashboards are made of: histories, graphs and counts by state."""
