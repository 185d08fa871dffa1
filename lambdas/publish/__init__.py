"""Build the pages that people look at."""
