"""Much happens at once, or for long."""
