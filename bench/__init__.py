"""The bench: Weighbridge, the other scanners and the floors, on the same inputs, in one run."""
