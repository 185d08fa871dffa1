"""A column is counted on the grid of its reference; this package reads the values and counts them."""
