"""What counts as drift: the policies, their thresholds, and what they take for chance."""
