"""Whether a champion can be compared with a challenger on the same rows, and how they differ in what they read."""

from collections.abc import Collection

from courtside.contracts.model_card import BINARY, ModelInterface
from courtside.contracts.shortening import listed
from courtside.core.predictions.said_columns import class_texts
from courtside.core.tasks.types import MULTICLASS


def why_incomparable(champion: ModelInterface | None, challenger: ModelInterface, there: Collection[str]) -> str | None:
    """Return why a champion cannot be compared with a challenger on rows with the columns `there`, None if it can.

    The reason stands after "because".
    """
    if champion is None:
        return "it does not say what it reads and predicts"
    if (why := _says_otherwise(champion, challenger)) is not None:
        return why
    if champion.dated_otherwise(challenger.time_column):
        return (
            f"it learned from rows up to a day of {champion.time_column}, and the contract's time_column is now "
            f"{challenger.time_column}, so nobody can tell which rows it learned from"
        )
    if lacking := [name for name in champion.taken_as if name not in there]:
        return f"it reads {listed(lacking)}, which the rows no longer have"
    return None


def _says_otherwise(champion: ModelInterface, challenger: ModelInterface) -> str | None:
    """Return in what the two differ that they predict, None where they predict the same."""
    if champion.target != challenger.target:
        return f"it predicts {champion.target}, and the contract now predicts {challenger.target}"
    if champion.task != challenger.task:
        return f"its task is {champion.task}, and the contract's is now {challenger.task}"
    if champion.task == BINARY and champion.classes[1] != challenger.classes[1]:
        of = f"class 1 of {champion.target}"
        return (
            f"its {of} is {_written(champion.classes[1])}, and the contract's is now {_written(challenger.classes[1])}"
        )
    theirs, ours = class_texts(champion), class_texts(challenger)
    if champion.task == MULTICLASS and not set(theirs) & set(ours):
        return f"of the classes of {champion.target} it knows only {listed(theirs)}, and rows now have {listed(ours)}"
    return None


def differences(champion: ModelInterface, challenger: ModelInterface) -> str | None:
    """Say in which features and classes a champion differs from a challenger; it stands after its name.

    None where it does in none. A class that a model does not know has the probability 0 in the comparison.
    """
    theirs, ours = champion.taken_as, challenger.taken_as
    both = [name for name in ours if name in theirs and theirs[name] != ours[name]]
    said = {
        "also reads": [name for name in theirs if name not in ours],
        "does not read": [name for name in ours if name not in theirs],
        "takes as another kind": [f"{name} ({theirs[name]}, now {ours[name]})" for name in both],
        **_classes_apart(champion, challenger),
    }
    return "; it ".join(f"{what} {listed(names)}" for what, names in said.items() if names) or None


def _classes_apart(champion: ModelInterface, challenger: ModelInterface) -> dict[str, list[str]]:
    if champion.task != MULTICLASS:
        return {}
    theirs, ours = class_texts(champion), class_texts(challenger)
    of = f"of the classes of {champion.target}"
    return {
        f"also knows, {of},": [name for name in theirs if name not in ours],
        f"does not know, {of},": [name for name in ours if name not in theirs],
    }


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
