"""Whether a champion can be compared with a challenger on the same rows, and how they differ in what they read."""

from collections.abc import Collection

from courtside.contracts.model_card import BINARY, ModelInterface
from courtside.contracts.shortening import listed


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
    return None


def differences(champion: ModelInterface, challenger: ModelInterface) -> str | None:
    """Say in which features a champion differs from a challenger, None if in none; it stands after its name."""
    theirs, ours = champion.taken_as, challenger.taken_as
    both = [name for name in ours if name in theirs and theirs[name] != ours[name]]
    said = {
        "also reads": [name for name in theirs if name not in ours],
        "does not read": [name for name in ours if name not in theirs],
        "takes as another kind": [f"{name} ({theirs[name]}, now {ours[name]})" for name in both],
    }
    return "; it ".join(f"{what} {listed(names)}" for what, names in said.items() if names) or None


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
