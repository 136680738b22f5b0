"""Real parts that tests of several rooms start: no imitation of our own code lives here."""
