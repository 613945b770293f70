"""Rules that hold the files of a repository against each other."""
