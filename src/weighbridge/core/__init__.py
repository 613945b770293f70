"""Values and laws: standard library only, no input or output."""
