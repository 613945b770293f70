"""Python source: what a program would call, followed by names and constants and never by running it."""
