"""What may pass, and what must be documented."""
