"""The records of a statistic of whole tables and of what it finds."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from courtside.core.drift.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """The difference between a table as a whole and its reference.

    `effect` has no unit and is at least 0; `said` tells in plain words what moved, and `chance` tells what the p-value
    was judged by. These are `windows` quiet windows of the history, each of `days` days; both are None without a
    history.
    """

    effect: float
    pvalue: float
    said: str
    chance: str
    windows: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class TableStatistic:
    """A named comparison of whole tables: `name` is its key in reports and archives, `label` is what people call it.

    `compute` takes the profiles of a reference and of a current table, and the names of features to leave out; it
    returns None if there is nothing to compare. An effect over `matters` is worth an alert if it is rare. `added` is
    the day on which the statistic came into Courtside, and archives order their columns by it.
    """

    name: str
    label: str
    matters: float
    compute: Callable[[Profile, Profile, Collection[str]], TableEvidence | None]
    added: date

    @property
    def keys(self) -> tuple[str, str, str]:
        """Return the keys of its effect, its p-value and its verdict in a row of figures."""
        return self.name, f"{self.name}_pvalue", f"{self.name}_drifted"
