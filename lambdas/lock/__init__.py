"""Take the retraining lock, as the state machine's first step."""
