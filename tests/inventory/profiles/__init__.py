"""Tests of weighbridge.inventory.profiles."""
