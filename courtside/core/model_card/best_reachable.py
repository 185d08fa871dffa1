"""How often a binary model could be right at best, by its own probabilities, and how much one year differs by chance.

Who predicts the likelier class by probabilities that are exactly right is right with the larger of p and 1 - p on each
row. The mean of that is the best accuracy that anybody can reach who knows no more than these probabilities say. It is
no bound for a model that knows more, and it is too high where probabilities are too sure of themselves.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from courtside.contracts.curves import Curves
from courtside.contracts.model_card import ModelCard
from courtside.core.pages.wording import percent

NORMAL_95 = 1.959964
DAYS_OF_YEAR = 365.25
UNKNOWN_YARDSTICK = (
    "This is an estimate by the model's own probabilities: who knows more may do better, and market odds, the usual "
    "yardstick, are not at hand."
)


@dataclass(frozen=True, slots=True)
class BestReachable:
    """The best `accuracy`, and between which ends a year of `rows` rows lies at 95 %, by chance alone."""

    accuracy: float
    rows: int

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends, which are those of a binomial share.

        >>> [round(end, 3) for end in BestReachable(0.65, 1_300).ends]
        [0.624, 0.676]
        """
        half = NORMAL_95 * math.sqrt(self.accuracy * (1 - self.accuracy) / self.rows)
        return max(0.0, self.accuracy - half), min(1.0, self.accuracy + half)

    def sentence(self, *, over: str = "a year of") -> str:
        """Say it for a person; `over` names the rows that chance is told for.

        >>> BestReachable(0.65, 1_300).sentence().partition(", ")[2].partition(" by chance")[0]
        'it would be right on 65 % of rows, and over a year of 1,300 rows on 62.4 % to 67.6 %'
        """
        low, high = map(percent, self.ends)
        return (
            f"If its own probabilities were exactly right, it would be right on {percent(self.accuracy)} of rows, and "
            f"over {over} {self.rows:,} rows on {low} to {high} by chance alone. {UNKNOWN_YARDSTICK}"
        )


def best_reachable(bins: Iterable[tuple[float, int]], *, rows_a_year: int) -> BestReachable | None:
    """Return what is reachable, from mean probability and number of rows by tenths of probability; None for no rows.

    No tenth lies on both sides of 0.5, so that the mean of the larger probability is exact.

    >>> best_reachable([(0.25, 100), (0.6, 300)], rows_a_year=800)
    BestReachable(accuracy=0.6375, rows=800)
    """
    counted = [(max(probability, 1 - probability), rows) for probability, rows in bins if rows]
    total = sum(rows for _, rows in counted)
    if not total or rows_a_year < 1:
        return None
    return BestReachable(sum(probability * rows for probability, rows in counted) / total, rows_a_year)


def best_reachable_of(card: ModelCard) -> BestReachable | None:
    """Return what the chosen model could reach on its test part; None where it does not tell two classes apart."""
    best = next(each for each in card.candidates if each.name == card.record.best)
    if not isinstance(best.curves, Curves):
        return None
    bins = [(each.probability, each.rows) for each in best.curves.reliability]
    return best_reachable(bins, rows_a_year=rows_a_year(sum(rows for _, rows in bins), card.test_period))


def rows_a_year(rows: int, days: tuple[date, date] | None) -> int:
    """Return how many rows a year has, by the rows of a period; all of them where it is shorter, or has no times.

    >>> rows_a_year(2_600, (date(2020, 7, 1), date(2022, 6, 30)))
    1301
    """
    if days is None:
        return rows
    years = ((days[1] - days[0]).days + 1) / DAYS_OF_YEAR
    return round(rows / years) if years > 1 else rows
