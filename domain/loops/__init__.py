"""The loop engine: what a loop is, and what follows from a command."""
