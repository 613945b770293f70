"""MXNet: symbols, which are graphs in JSON, and lists of arrays."""
