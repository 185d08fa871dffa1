"""In-memory sides of the ports."""
