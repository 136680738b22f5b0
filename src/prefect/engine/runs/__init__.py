"""What running a task and running a flow mean: generators of steps, written once for sync and async."""
