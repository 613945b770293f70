"""Pickle streams to facts: an abstract interpreter with the semantics of CPython's unpicklers that runs nothing."""
