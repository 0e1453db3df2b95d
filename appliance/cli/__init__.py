"""The `ionto` command: arguments and composition of the programs."""
