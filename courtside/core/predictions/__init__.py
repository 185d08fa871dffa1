"""Predictions that are kept: which rows are predicted, and what tells their features apart."""
