"""The page of one model: everything that is known of a year of it, on one axis of time."""

from courtside.core.dashboard.model_page.page import render

__all__ = ["render"]
