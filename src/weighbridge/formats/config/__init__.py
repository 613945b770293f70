"""What configurations say to the programs that read them, whatever notation they are written in."""
