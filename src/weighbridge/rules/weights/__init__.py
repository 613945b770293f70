"""Rules about graphs and values."""
