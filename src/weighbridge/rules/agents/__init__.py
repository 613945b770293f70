"""Rules about what agents and editors read and run."""
