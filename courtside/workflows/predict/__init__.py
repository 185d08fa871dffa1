"""Predictions of the rows that come, kept so that they can be judged when the labels are known."""
