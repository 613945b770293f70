"""Fuzzers: `python -m fuzz.run` runs them all; `python -m fuzz.replay` repeats what they found."""
