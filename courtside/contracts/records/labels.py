"""What people loaded as labels."""

from datetime import date, datetime

from pydantic import Field

from courtside.contracts.versioned import Versioned


class BegunLabelLoad(Versioned):
    """A load that was begun: `after` are day and number of the label store's newest file then, None if it had none."""

    id: str
    after: tuple[date, int] | None


class LabelLoad(Versioned):
    """One file of labels; `id` is derived from what it says.

    `known_on` is the day since which its labels count. `new`, `changed` and `same` count rows by what was known of them
    before, `copies` rows that repeat another one of the file, `unlabelled` rows without a label. `unknown` rows are
    neither predicted nor among the model's own yet; `unknown_ids` are some of their ids. `wrong` rows are set aside
    under the prefix `quarantine`. `new_classes` counts the labels of each class that the champion did not know.
    """

    id: str
    model: str
    file: str
    known_on: date
    loaded_at: datetime
    new: int
    changed: int
    same: int
    copies: int
    unlabelled: int
    unknown: int
    unknown_ids: tuple[str, ...] = ()
    wrong: int
    quarantine: str | None = None
    new_classes: dict[str, int] = Field(default_factory=dict, exclude_if=lambda known: not known)
