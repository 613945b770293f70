"""Signatures over models: OpenSSF Model Signing bundles, and who must have made them."""
