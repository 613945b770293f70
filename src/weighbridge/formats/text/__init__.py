"""What lies beside the weights: text that programs, models and people read."""
