"""The archive's tables as Arrow has them, and the rows of those that are made from records."""
