"""The real app, deployed."""
