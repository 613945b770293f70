"""A folder for PYTHONPATH: it holds ``sitecustomize`` and nothing else that a program could take for its own."""
