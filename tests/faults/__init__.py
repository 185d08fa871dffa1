"""Faults that a stage survives: real processes on the embedded AWS, and what must be true after each fault."""
