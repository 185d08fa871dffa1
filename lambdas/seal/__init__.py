"""Copy a challenger to where no training can write, inside the retraining state machine."""
