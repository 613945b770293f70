"""R: what `saveRDS` and `save` write."""
