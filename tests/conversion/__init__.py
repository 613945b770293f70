"""Conversion: honest files against the real loaders, hostile ones against bounds."""
