"""What is seen of a server from outside: metrics, traces, lines of its log, its condition, why a run waits."""
