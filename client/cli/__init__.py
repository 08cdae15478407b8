"""The command line: every capability as a command, with --json."""
