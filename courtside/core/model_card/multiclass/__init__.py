"""What a card shows of a multiclass candidate: the figures behind its plots, and the plots."""

from courtside.core.model_card.multiclass.figures import UNSEEN, class_curves
from courtside.core.model_card.multiclass.plots import (
    class_charts,
    class_notes,
    class_tables,
    class_titles,
    class_words,
)

__all__ = [
    "UNSEEN",
    "class_charts",
    "class_curves",
    "class_notes",
    "class_tables",
    "class_titles",
    "class_words",
]
