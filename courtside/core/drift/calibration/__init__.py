"""Calibration estimates the null distribution of a drift check from the history of its reference."""
