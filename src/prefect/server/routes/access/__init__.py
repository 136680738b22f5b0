"""Who may do what: accounts, keys, sessions, CSRF tokens, the audit log, and the server's own settings."""
