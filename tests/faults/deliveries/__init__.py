"""One event comes many times, late, out of order, or all at once."""
