"""Saves an object of a class of one's own to `net.pkl`, as many research projects save their models."""

import pickle
from pathlib import Path


class Net:
    """A model whose code lies with its author."""

    def __init__(self) -> None:
        self.layers = [64, 10]


Path("net.pkl").write_bytes(pickle.dumps(Net(), protocol=4))
