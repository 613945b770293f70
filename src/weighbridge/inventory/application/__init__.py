"""Which models, data sets and hosted services an application names, where, and how firmly."""
