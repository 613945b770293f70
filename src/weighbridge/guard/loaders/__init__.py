"""What is wrapped, library by library: each module knows how its loaders want their files."""
