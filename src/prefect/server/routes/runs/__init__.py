"""Flow runs and task runs: their states, pauses and inputs."""
