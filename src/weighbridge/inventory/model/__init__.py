"""From the facts of a model's repository to its part of the graph."""
