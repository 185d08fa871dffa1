"""What a card shows of a regression candidate: the figures behind its plots, and the plots."""

from courtside.core.model_card.regression.figures import Intervals, Segments, value_curves
from courtside.core.model_card.regression.plots import (
    value_charts,
    value_notes,
    value_tables,
    value_titles,
    value_words,
)

__all__ = [
    "Intervals",
    "Segments",
    "value_charts",
    "value_curves",
    "value_notes",
    "value_tables",
    "value_titles",
    "value_words",
]
