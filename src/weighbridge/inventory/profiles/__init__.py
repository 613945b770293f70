"""Minimum elements: what rules for bills of materials ask for, and what of it a graph answers."""
