"""A lost stage is brought back to one moment."""
