"""Readers of archives and compressed streams: members become children, what is odd becomes facts."""
