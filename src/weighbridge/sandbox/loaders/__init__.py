"""What runs in the jail for ``weighbridge load``: one module for each library, which is imported before the seal."""
