"""OCI artifacts: manifests, and the registries that serve them."""
