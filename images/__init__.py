"""Building the three images and looking at what came of it."""
