"""The lock file: what a project's models are, to the byte."""
