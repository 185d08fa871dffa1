"""Challenger against champion on the same holdout: numpy only, so that it fits a lean Lambda."""
