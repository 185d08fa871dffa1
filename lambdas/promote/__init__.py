"""Make a challenger champion, inside the retraining state machine."""
