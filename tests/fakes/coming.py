"""The rows that come, gathered for a test to look at."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from courtside.core.dataset import Dataset
from courtside.workflows.ports import Lake
from courtside.workflows.predict import coming_rows as step
from courtside.workflows.predict.apart import Room
from courtside.workflows.rows import ReadFile


@dataclass(frozen=True)
class ComingRows:
    """Rows to predict by their files, rows that cannot be predicted, and sentences about unreadable files."""

    files: tuple[ReadFile, ...]
    unusable: tuple[step.Unusable, ...]
    unreadable: tuple[str, ...]


def coming_rows(as_of: date, *, lake: Lake, dataset: Dataset) -> ComingRows:
    """Return the rows to predict as of a day."""
    with TemporaryDirectory() as folder:
        found = list(step.coming_rows(as_of, lake=lake, dataset=dataset, room=Room(Path(folder))))
    return ComingRows(
        tuple(each for each in found if isinstance(each, ReadFile) and each.table.num_rows),
        tuple(each for each in found if isinstance(each, step.Unusable) and each.ids),
        tuple(str(each) for each in found if isinstance(each, step.Unreadable)),
    )
