"""Bills of materials: documents that are written from a graph and read into one."""
