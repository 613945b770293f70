"""A graph of components as people read it: Markdown, and an HTML page with the lineage as a picture."""
