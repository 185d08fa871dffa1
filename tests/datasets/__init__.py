"""A dataset contract that is not NBA games, and a table made up for it."""
