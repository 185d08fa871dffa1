"""The price table that ships, and reading it."""
