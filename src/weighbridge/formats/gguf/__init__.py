"""GGUF, the container of llama.cpp and what is built on it."""
