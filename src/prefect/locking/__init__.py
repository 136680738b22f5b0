"""Lock managers: who computes a cached result while others wait."""
