"""What processes do to the world around them, seen from outside."""
