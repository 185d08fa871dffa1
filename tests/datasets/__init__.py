"""The contract of a dataset other than the NBA games, and an invented table that fits it."""
