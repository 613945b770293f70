"""Byte sources to facts and children; imports no ML framework, runs nothing of what it reads."""
