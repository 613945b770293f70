"""Fuzzers: `python -m fuzz.run` runs them all; `--target NAME` one; `python -m fuzz.replay` repeats what they found."""
