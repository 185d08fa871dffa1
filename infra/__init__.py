"""What AWS runs: stage settings, constructs (one per capability) and stacks (split by what must survive)."""
