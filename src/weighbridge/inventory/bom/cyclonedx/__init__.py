"""CycloneDX 1.6 and 1.7 as JSON: written from a graph, and read into one."""
