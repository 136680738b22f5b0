"""Background duties: each is one bounded pass, `tick`, and an interval; the loop is written once."""
