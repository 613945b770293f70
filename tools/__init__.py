"""Programs that make, fetch and show: rule pages, documentation, corpus, demonstration."""
