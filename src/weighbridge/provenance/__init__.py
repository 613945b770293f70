"""Where models come from and whether they are what they were: lock, verify, pull, sign."""
