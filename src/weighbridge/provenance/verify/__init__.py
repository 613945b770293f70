"""Verification: what lies here held against what was locked, to the byte and offline."""
