"""Intervals around predicted values that hold a stated share of what happens, whatever the model is."""

from courtside.core.intervals.conformal import LEVEL, ConformalIntervals, conformal_intervals

__all__ = ["LEVEL", "ConformalIntervals", "conformal_intervals"]
