"""Streams whose changes are known, and what policies are worth on them."""
