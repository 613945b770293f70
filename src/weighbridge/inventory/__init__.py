"""What is used and what it consists of: one graph of components, and the documents that are written from it."""
