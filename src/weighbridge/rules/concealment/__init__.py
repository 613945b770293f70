"""Rules about content that hides from the reader or from the scanner."""
