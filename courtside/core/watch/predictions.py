"""What a round says of a model's predictions besides how many there are."""

from courtside.contracts.rounds import Predicted
from courtside.core.display_text import display_text

NOTHING_CAME = "no rows came that could be predicted"
_MOST, _LONGEST = 3, 300


def said_of_predictions(found: Predicted) -> tuple[str, ...]:
    """Return sentences about what kept rows from being predicted, a few of at most so many letters.

    A round that has nothing to predict says so, because nobody could tell it from one that cannot predict.
    """
    said = tuple(display_text(each, _LONGEST) for each in found.problems)
    if said or found.predicted or found.unchanged or found.set_aside:
        more = len(said) - _MOST
        return (*said[:_MOST], *[f"and {more} more"][: max(more, 0)])
    return (NOTHING_CAME,)
