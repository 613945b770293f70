"""The command line: one module a command; parses options, wires the rooms, prints, chooses the exit code."""
