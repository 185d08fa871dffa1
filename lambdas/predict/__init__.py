"""Predict what comes."""
