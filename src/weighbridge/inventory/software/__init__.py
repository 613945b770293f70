"""What an application depends on: packages that its manifests, locks and environments name."""
