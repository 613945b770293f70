"""Weights out of pickles into safetensors, with nothing of a file imported or called on the way."""
