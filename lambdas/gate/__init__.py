"""Judge a challenger, inside the retraining state machine."""
