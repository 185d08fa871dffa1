"""Tend the open incidents of the stage."""
