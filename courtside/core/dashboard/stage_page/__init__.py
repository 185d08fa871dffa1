"""The page of all models of a stage: who needs a person, what is open, what changed, and every model in one line."""

from courtside.core.dashboard.stage_page.page import render

__all__ = ["render"]
