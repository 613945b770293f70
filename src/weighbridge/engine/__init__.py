"""The only place that walks, dispatches, recurses, spends budgets and recovers."""
