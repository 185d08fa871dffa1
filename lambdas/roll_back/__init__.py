"""Undo a promotion that failed its smoke check, inside the retraining state machine."""
