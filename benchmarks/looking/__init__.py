"""Streams to look at every day, and other ways of looking."""
