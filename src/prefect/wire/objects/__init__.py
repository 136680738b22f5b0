"""What runs leave, use and share: artifacts, variables, blocks, concurrency limits; and what the server keeps for itself."""
