"""Drafts of the documentation that the EU AI Act asks for: every row with its evidence, or with its question."""
