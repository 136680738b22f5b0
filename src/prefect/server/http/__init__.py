"""What every request goes through: routing, bodies, answers and errors; knows no resource."""
