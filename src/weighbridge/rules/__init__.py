"""Facts to findings: one rule a module, grouped by threat; the vocabulary they share is data."""
