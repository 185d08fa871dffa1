"""Tell people how a retraining ended, inside the retraining state machine or after it."""
