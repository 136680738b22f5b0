"""What belongs to runs beside flow runs themselves, by key."""
