"""What a statistic of a whole table is, and what it finds."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from courtside.core.drift.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """How a table as a whole differs from its reference.

    `effect` has no unit and lies in [0, 1] or above; `said` says in plain words what moved, `chance` what the p-value
    was judged by. `windows` is how many quiet windows of the history that was, of `days` days; None without a history.
    """

    effect: float
    pvalue: float
    said: str
    chance: str
    windows: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class TableStatistic:
    """A named comparison of whole tables; its `name` is its key in reports and archives, `label` what people call it.

    `compute` takes the profiles of a reference and of a current table, and the names of features to leave out, and
    returns None where there is nothing to compare. An effect over `matters` is worth an alarm if it is rare. `added` is
    the day a statistic came into Courtside, which is the order of its columns in archives.
    """

    name: str
    label: str
    matters: float
    compute: Callable[[Profile, Profile, Collection[str]], TableEvidence | None]
    added: date

    @property
    def keys(self) -> tuple[str, str, str]:
        """The keys of its effect, its p-value and its verdict where figures stand side by side."""
        return self.name, f"{self.name}_pvalue", f"{self.name}_drifted"
