"""Ask a person for approval, inside the retraining state machine."""
