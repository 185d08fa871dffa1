"""Let people sign in to the pages of a stage."""
