"""SPDX 3.0.1 as JSON-LD: written from a graph, and read into one."""
