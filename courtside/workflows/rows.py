"""Rows of any dataset, from the lake to features: the same for freezing, training and the drift check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days, NothingReadable, UnreadableFile
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.features import build_features, builder_of
from courtside.core.reference import without_season
from courtside.core.rows import require_once, within
from courtside.core.rows.order import row_order
from courtside.core.rows.overlap import identity
from courtside.core.rows.revisions import Came, counting
from courtside.core.tasks import Classes, Target, labelled, task_of
from courtside.core.tasks.errors import positive_line
from courtside.workflows.games import GameRows
from courtside.workflows.loads import in_order, read_loads, vanished
from courtside.workflows.ports import LakeRead
from courtside.workflows.reading_ahead import ahead
from courtside.workflows.row_source import FilesDiffer, RowSource, everywhere, joined_labels, read_together
from courtside.workflows.tables import TableRows

_AT_ONCE = 3
"""So many files are read at once: each is whole in memory until it is looked at."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file that was read, under the name that people are shown.

    With `revises`, its rows replace those of the files before it that have their ids.
    """

    name: str
    table: pa.Table
    revises: bool = False


def rows_of(dataset: Dataset) -> RowSource:
    """Return where a dataset's rows lie: its own table, or the games that its builder makes features of.

    Raises `UnknownBuilder`.
    """
    if dataset.builder is None:
        return TableRows(dataset)
    return GameRows(builder_of(dataset.builder, dataset=dataset).seasons_before)


def usable_files(days: Days, *, lake: LakeRead, dataset: Dataset) -> tuple[list[ReadFile], tuple[QuarantinedFile, ...]]:
    """Read the files needed for these days, without rows that later files revised; set aside what cannot be read.

    Raises `NoRows`, `NothingReadable`, `FilesDiffer`, `LoadsDamaged`.
    """
    source, files, quarantined = rows_of(dataset), [], []
    for each in read_files(days, lake=lake, dataset=dataset):
        if isinstance(each, QuarantinedFile):
            quarantined.append(each)
        else:
            files.append(each)
    if quarantined and not files:
        raise NothingReadable(lake.uri(source.prefix), quarantined)
    if not files:
        raise source.none(f"between {days.start} and {days.end}" if days.start else f"before {days.end}")
    return counting_files(files, dataset), tuple(quarantined)


def read_files(days: Days, *, lake: LakeRead, dataset: Dataset) -> Iterator[ReadFile | QuarantinedFile]:
    """Yield the files needed for these days one after the other, as they came, or why one cannot be read.

    Some are read ahead, because a lake takes its time for each. Raises `LoadsDamaged`.
    """
    source, (loads, _) = rows_of(dataset), read_loads(rows_of(dataset).prefix, lake=lake)
    keys = in_order(lake.keys(source.prefix), loads)
    for key, problem in vanished(source, days, loads=loads, present=keys).items():
        yield QuarantinedFile(lake.uri(key), TableSide.CURRENT, problem)
    wanted = [key for key in keys if source.holds(key, days)]
    for key, content in ahead(lake.read, wanted, at_once=_AT_ONCE):
        try:
            yield ReadFile(lake.uri(key), source.read(key, content), keys[key])
        except BadInput as error:
            yield QuarantinedFile(lake.uri(key), TableSide.CURRENT, reason(error))


def counting_files(files: Sequence[ReadFile], dataset: Dataset) -> list[ReadFile]:
    """Return the files without the rows that later ones revised; raises `FilesDiffer`."""
    try:
        counted = counting([Came(file.table, file.revises) for file in files], identity=identity(dataset))
    except (pa.ArrowException, KeyError) as error:
        raise FilesDiffer(files[-1].name, str(error).splitlines()[0]) from error
    return [replace(file, table=each.table) for file, each in zip(files, counted, strict=True)]


def reason(error: BadInput) -> str:
    """Return in one sentence why a file cannot be used, to stand after its name."""
    return f"unreadable: {error.detail}" if isinstance(error, UnreadableFile) else str(error)


def rows_before(day: date, files: Sequence[ReadFile], *, dataset: Dataset) -> pa.Table:
    """Return the rows of all files before `day`, file by file, without those that later files revised.

    Raises `NoRows`, `FilesDiffer`.
    """
    source = rows_of(dataset)
    if not files:
        raise source.none(f"before {day}")
    rows = rows_within(Days(end=day), counting_files(files, dataset), dataset=dataset)
    if rows.num_rows == 0:
        raise source.none(f"before {day}")
    return rows


def rows_within(days: Days, files: Sequence[ReadFile], *, dataset: Dataset) -> pa.Table:
    """Return the rows of these days of at least one file, file by file; raises `FilesDiffer`."""
    named = everywhere([(file.name, file.table) for file in files], dataset.besides)
    return within(read_together(named, labels=joined_labels(dataset)), dataset.time_column, days)


@dataclass(frozen=True, slots=True)
class TrainingFeatures:
    """What models are fitted on: the rows with a label, and how many rows have no label yet.

    `table` has the target as the task codes it, `written` as the rows have it; `classes` say which value is which code.
    """

    table: pa.Table
    written: pa.Table
    classes: Target
    unlabelled: int

    def warnings(self, dataset: Dataset) -> tuple[str, ...]:
        """Return what a person should know about these rows."""
        unlabelled, seasonless = self.unlabelled, without_season(self.table, dataset=dataset)
        larger = self.classes.positive
        smaller = self.classes.smaller if isinstance(self.classes, Classes) else None
        have, were = ("1 row has", "was") if unlabelled == 1 else (f"{unlabelled:,} rows have", "were")
        told = {
            f"{have} no {dataset.target} yet and {were} left out of training and test": unlabelled,
            f"{dataset.target} is not written as 0 and 1: the models predict the larger value, {larger}; if "
            f"{smaller} is meant, write `{positive_line(dataset.target, smaller or '')}` in the contract": (
                smaller is not None
            ),
            f"{seasonless} rows have no {dataset.season_column} and are not part of the drift reference": seasonless,
        }
        return tuple(sentence for sentence, holds in told.items() if holds)


def training_features(rows: pa.Table, *, dataset: Dataset, newest_rows: int | None = None) -> TrainingFeatures:
    """Return the features of `rows`, or of only the newest `newest_rows` if that is given.

    Raises `UnknownBuilder`, `TargetNotBinary`, `PositiveNeverOccurs` and `RowsRepeated`.
    """
    built = build_features(rows, dataset=dataset)
    classes = task_of(dataset.task).read(built, dataset.target, dataset.positive)
    known = labelled(built, dataset.target)
    unlabelled = built.num_rows - known.num_rows
    require_once(known, dataset)
    if newest_rows is not None:
        known = known.sort_by(row_order(known, dataset)).slice(max(0, known.num_rows - newest_rows))
    return TrainingFeatures(classes.coded(known), known, classes, unlabelled)
