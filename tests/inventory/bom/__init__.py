"""Tests of weighbridge.inventory.bom."""
