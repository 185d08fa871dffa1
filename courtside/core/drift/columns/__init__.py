"""What a column is: counts on the grid of its reference, and how values are read and counted."""
