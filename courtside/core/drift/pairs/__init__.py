"""How columns move together: exact sums over pairs of columns, which add up, and what a history says about them."""
