"""This package describes what AWS runs: stage settings, constructs (one per capability) and stacks."""
