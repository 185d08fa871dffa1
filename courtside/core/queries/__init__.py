"""Queries over the archive: those that ship, and what is asked of any other before it runs."""
