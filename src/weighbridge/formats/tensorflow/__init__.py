"""TensorFlow: saved models, graphs, checkpoints and records, read from their bytes."""
