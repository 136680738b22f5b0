"""The API as data, for programs that ask for runs, deployments and the rest."""
