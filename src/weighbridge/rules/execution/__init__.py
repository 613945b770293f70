"""Rules about code that runs when a file is loaded."""
