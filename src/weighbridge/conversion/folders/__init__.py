"""Whole directories: a model as it was downloaded, with every weight file as safetensors."""
