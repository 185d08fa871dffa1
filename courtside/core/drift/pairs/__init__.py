"""How columns move together: exact sums over pairs of columns, which can be merged, and the chance in a history."""
