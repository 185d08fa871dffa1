"""Settle what a round did with a model."""
