"""Make an earlier version champion again, inside the retraining state machine."""
