"""Advisories: records, the store, what they reach."""
