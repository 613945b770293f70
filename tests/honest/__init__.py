"""Honest files, made by the real libraries: none may be called malicious."""
