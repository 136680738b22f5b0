"""What events say of a run's surroundings, the leases they renew, and automations by id."""
