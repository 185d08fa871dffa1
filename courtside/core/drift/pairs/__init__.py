"""How columns move together: exact, mergeable sums over pairs of columns, and how much they vary in a history."""
