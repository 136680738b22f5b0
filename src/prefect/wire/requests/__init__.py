"""Bodies made of several parameters, one class per route; a filter left out, or null, holds for every record."""
