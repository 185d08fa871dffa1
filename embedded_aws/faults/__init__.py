"""Faults on purpose: rules say which requests of a running embedded AWS fail, and how; without rules nothing does."""
