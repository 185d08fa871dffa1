"""Backtests, pure: which policies are replayed, how their predictions did, and how sure their differences are."""
