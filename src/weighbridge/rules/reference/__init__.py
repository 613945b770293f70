"""Rules about what points elsewhere: paths, addresses, other repositories, packages."""
