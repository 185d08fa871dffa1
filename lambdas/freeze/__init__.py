"""Freeze the data of a training, inside the retraining state machine."""
