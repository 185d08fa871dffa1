"""Say how well a model does."""
