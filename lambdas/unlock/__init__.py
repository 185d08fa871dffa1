"""Give the retraining lock back, as the state machine's last step."""
