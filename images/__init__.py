"""Build the three images and examine the results."""
