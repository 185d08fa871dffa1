"""Challenger against champion on the same holdout: numpy and pyarrow only, so that it fits a lean Lambda."""
