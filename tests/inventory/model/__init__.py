"""Tests of weighbridge.inventory.model."""
