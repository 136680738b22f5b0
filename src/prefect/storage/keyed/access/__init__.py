"""Who may do what and who did what, and what the server keeps for itself."""
