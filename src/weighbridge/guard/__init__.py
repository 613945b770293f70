"""A seat belt for Python processes: what the lock does not name, or what changed since, is not loaded."""
