"""Realised performance: how well predictions did, once the labels are known."""
