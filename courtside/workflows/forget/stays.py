"""What erasing an id from the lake does not reach, in sentences for people."""

from collections.abc import Sequence

from courtside.core.dataset import Dataset
from courtside.core.forget.wanted import FEWEST, FEWEST_DIGITS, Wanted


def what_stays(dataset: Dataset, wanted: Wanted, trainings: Sequence[str]) -> list[str]:
    """Return what may still know of the rows, and what a person can do about it."""
    model, place = dataset.name, f" ({dataset.incoming})" if dataset.incoming else ""
    brought = f"The source of the rows{place}, and files that people have: a file that has the id brings it back"
    said = [
        brought,
        "Sums over many rows, such as performance, drift reports, profiles and model cards: they name no id",
        "What was sent by e-mail, Slack or Teams, and the stage's logs and execution histories, which expire",
        "Snapshots of the tracking database and the ledger's point-in-time recovery, which expire",
    ]
    if trainings:
        said.insert(
            0,
            f"Models that learned from the rows keep what they learned: training {', '.join(trainings)}. "
            f"`courtside retrain --model {model}` makes one that never saw them",
        )
    if short := len(wanted.values) - len(wanted.telling):
        said.append(
            f"Texts, such as a note in a column, that name one of {short} short ids: an id of fewer than "
            f"{FEWEST} characters, or a number of fewer than {FEWEST_DIGITS} digits, is looked for as an id only"
        )
    return said
