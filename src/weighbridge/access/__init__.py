"""References to byte sources: the only opener of what a user names."""
