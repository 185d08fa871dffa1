"""Ratios against a peer or a limit, as JSON."""
