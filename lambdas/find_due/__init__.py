"""Find the models that are due in a round."""
