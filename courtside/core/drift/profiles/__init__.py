"""A table's profile can be merged; this package fits it on a reference, counts rows on it and stores it."""
