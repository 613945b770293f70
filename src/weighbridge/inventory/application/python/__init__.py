"""Python source: what the calls of loaders are given, followed through names, and never by running anything."""
