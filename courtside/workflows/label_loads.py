"""Loads of labels by people: each is recorded, and the same labels again change nothing.

What a load adds is decided by what the store held when it was begun. So a load that was killed and is repeated ends as
if it had run through, even if other labels came in between.
"""

import hashlib
import io
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from courtside.contracts import lake_keys, scoring_keys, training_keys
from courtside.contracts.days import DayToCome
from courtside.contracts.errors import BadInput
from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import BegunLabelLoad, LabelLoad
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Dataset
from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import MissingColumns, WrongType
from courtside.core.drift.reading import ALL_DAYS, FeatureTable, require_utf8
from courtside.core.drift.reading.formats.times import Clock, timed
from courtside.core.drift.reading.unpacked import Room
from courtside.core.labels.given import GivenLabels, given_labels
from courtside.core.rows.ids import NoIds, canonical_text, id_columns_of
from courtside.core.tasks import REGRESSION, task_of
from courtside.workflows.archive_log import labels_log, predictions_log
from courtside.workflows.label_store import Place, Statement, open_day, places_of
from courtside.workflows.lake_documents import find_document, read_document
from courtside.workflows.late_labels import said_by_model
from courtside.workflows.ports import Lake
from courtside.workflows.row_source import read_together
from courtside.workflows.sealed_models import reference_in_use
from courtside.workflows.tables import TableEmpty

_LONGEST_SHOWN, _MOST_SHOWN, _MOST_CLASSES = 200, 3, 20


class LabelsOfAnEarlierDay(BadInput):
    """Labels are to count since a day before the newest one of the store, whose answers do not change any more."""

    def __init__(self, model: str, day: date, newest: date) -> None:
        self.model = model
        self.day = day
        self.newest = newest
        super().__init__(
            f"{model} has labels that became known on {newest} already, and what was believed on an earlier day like "
            f"{day} never changes; leave --as-of out, or name {newest} or a later day"
        )


@dataclass(frozen=True, slots=True)
class LabelsLoaded:
    """A load of labels, and whether it was there already.

    `corrected` is how many labels of a repeated load do not count any more, because others came later.
    """

    load: LabelLoad
    repeated: bool
    corrected: int = 0


def read_labels(table: FeatureTable, dataset: Dataset) -> pa.Table:
    """Return the columns of a file or folder that say which rows have which label.

    Raises `NoIds`, `MissingColumns`, `WrongType`, `TableEmpty`, `FilesDiffer`, `RowsTooLarge` and what
    `FeatureTable.batches` raises.
    """
    if not id_columns_of(dataset):
        raise NoIds(dataset.name)
    wanted = table.alike(dataset).of([*id_columns_of(dataset), dataset.target])
    wanted.require_readable()
    missing = [name for name in wanted.columns if name not in wanted.column_names]
    if missing:
        raise MissingColumns(missing, wanted.column_names, part=dataset.parts_naming(missing))
    room = Room(table.name)
    files = [(table.shown(file), room.kept(wanted.batches(file))) for file in wanted.pruned]
    read = [(name, pa.Table.from_batches(batches)) for name, batches in files if batches]
    if not read:
        raise TableEmpty(table.name)
    rows = read_together(read, labels=list(wanted.columns))
    require_utf8(table.name, rows)
    rows = timed(rows, Clock(dataset.time_column) if dataset.time_column in wanted.columns else None)
    for name in rows.column_names:
        _require_written(rows, name)
    return rows


def _require_written(rows: pa.Table, name: str) -> None:
    """Raise `WrongType` for a column whose values have no text, such as lists."""
    try:
        canonical_text(rows.column(name))
    except pa.ArrowException as error:
        found = arrow.type_name(rows.schema.field(name).type)
        raise WrongType(name, found=found, expected="text, a number, a boolean or a date") from error


def load_labels(
    rows: pa.Table, *, file: str, as_of: date | None, lake: Lake, dataset: Dataset, now: datetime
) -> LabelsLoaded:
    """Add labels to those that the lake knows; `rows` have the columns of a row's id and the target.

    They count since the day `as_of`, or since today. Labels of rows that nobody has heard of are kept, because
    predictions may come later. Raises `TooManyWrongRows`, `NoIds`, what the task's `require` raises,
    `LabelsOfAnEarlierDay`, `DayToCome`, `LogBusy` and `LogDamaged`.
    """
    given = _checked(rows, lake=lake, dataset=dataset)
    load_id, log = _id_of(given), labels_log(dataset.name, lake=lake)
    done = find_document(LabelLoad, scoring_keys.label_load(dataset.name, load_id), lake=lake)
    places = places_of(log)
    ids, labels = (given.labels.column(name).combine_chunks() for name in ("id", "label"))
    statement = Statement(load_id, ids, labels)
    if done is not None:
        statement.read(log, places)
        return LabelsLoaded(done, repeated=True, corrected=len(statement.news()))
    day = _day(as_of, places, dataset=dataset, now=now)
    unknown = _unknown(ids, lake=lake, dataset=dataset)
    before = _before(_begun(load_id, places, lake=lake, dataset=dataset), places)
    statement.read(log, before)
    differing = statement.news()
    changed = statement.newest.changed(differing)
    statement.read(log, places[len(before) :])
    statement.add_to(log, day, lambda: np.intersect1d(differing, statement.news()), now=now)
    load = LabelLoad(
        id=load_id,
        model=dataset.name,
        file=file[-_LONGEST_SHOWN:],
        known_on=day,
        loaded_at=now,
        new=len(differing) - changed,
        changed=changed,
        same=len(ids) - len(differing),
        copies=given.copies,
        unlabelled=given.unlabelled,
        unknown=len(unknown),
        unknown_ids=tuple(shortened(each) for each in unknown[:_MOST_SHOWN].to_pylist()),
        wrong=given.wrong.num_rows,
        quarantine=_set_aside(load_id, given.wrong, lake=lake, dataset=dataset),
        new_classes=_shown_classes(given.new_classes),
    )
    key = scoring_keys.label_load(dataset.name, load_id)
    first = lake.claim(key, load.model_dump_json(indent=2).encode())
    return LabelsLoaded(load if first else read_document(LabelLoad, key, lake=lake), repeated=not first)


def _shown_classes(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the classes with the most labels, each name cut, as a record keeps them."""
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_MOST_CLASSES]
    return {shortened(name): count for name, count in most}


def label_loads(dataset: Dataset, *, lake: Lake) -> list[LabelLoad]:
    """Return the loads of labels, oldest first; raises `DocumentDamaged`."""
    prefix = scoring_keys.label_loads(dataset.name)
    keys = [key for key in lake.keys(prefix) if "/" not in key.removeprefix(prefix)]
    return sorted((read_document(LabelLoad, key, lake=lake) for key in keys), key=lambda load: load.loaded_at)


def _checked(rows: pa.Table, *, lake: Lake, dataset: Dataset) -> GivenLabels:
    """Return the labels that can be used: those that the champion knows, or any that the task can be of without one.

    Numbers that a file has as text are looked at one by one.
    """
    classes = None if dataset.task == REGRESSION else _classes(lake=lake, dataset=dataset)
    by_cell = dataset.task == REGRESSION and arrow.is_text(rows.schema.field(dataset.target).type)
    if classes is None and not by_cell:
        task_of(dataset.task).require(rows, dataset.target, dataset.positive)
    return given_labels(rows, dataset, classes=classes)


def _classes(*, lake: Lake, dataset: Dataset) -> tuple[str, ...] | None:
    """Return the labels that the champion tells apart, None where there is none or it does not know both."""
    reference = reference_in_use(dataset.name, lake=lake)
    if reference is None:
        return None
    card = find_document(ModelCard, training_keys.training_card(dataset.name, reference.training_id), lake=lake)
    if card is None or card.interface is None or None in card.interface.classes:
        return None
    return tuple(canonical_text(pa.array([each])).to_pylist()[0] for each in card.interface.classes)


def _id_of(given: GivenLabels) -> str:
    said = [given.labels.sort_by("id").to_pydict(), given.wrong.drop_columns(["row"]).to_pydict()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _day(as_of: date | None, places: list[Place], *, dataset: Dataset, now: datetime) -> date:
    day = open_day(as_of or now.date(), places)
    if as_of is not None and as_of > now.date():
        raise DayToCome(as_of, now.date())
    if as_of is not None and day != as_of:
        raise LabelsOfAnEarlierDay(dataset.name, as_of, day)
    return day


def _begun(load_id: str, places: list[Place], *, lake: Lake, dataset: Dataset) -> BegunLabelLoad:
    """Note where the store stands, or return what was noted when the load was begun before."""
    key = scoring_keys.begun_label_load(dataset.name, load_id)
    begun = BegunLabelLoad(id=load_id, after=places[-1] if places else None)
    if lake.claim(key, begun.model_dump_json().encode()):
        return begun
    return read_document(BegunLabelLoad, key, lake=lake)


def _before(begun: BegunLabelLoad, places: list[Place]) -> list[Place]:
    """Return the files that were there when a load was begun."""
    return [] if begun.after is None else places[: bisect_right(places, begun.after)]


def _unknown(ids: Any, *, lake: Lake, dataset: Dataset) -> Any:
    """Return which of these ids are neither of predicted rows nor of the model's own."""
    for known in _known_ids(lake=lake, dataset=dataset):
        ids = ids.filter(pc.invert(pc.is_in(ids, value_set=known)))
        if not len(ids):
            break
    return ids


def _known_ids(*, lake: Lake, dataset: Dataset) -> Iterator[Any]:
    predictions = predictions_log(dataset.name, lake=lake)
    for day, numbers in reversed(predictions.days().items()):
        for number in numbers:
            yield predictions.read(day, number, columns=["id"]).column("id")
    for said in said_by_model(ALL_DAYS, lake=lake, dataset=dataset):
        yield said.column("id")


def _set_aside(load_id: str, wrong: pa.Table, *, lake: Lake, dataset: Dataset) -> str | None:
    if not wrong.num_rows:
        return None
    prefix, content = lake_keys.quarantine(dataset.name, load_id), io.BytesIO()
    csv.write_csv(wrong, content)
    lake.write(f"{prefix}rows.csv", content.getvalue())
    return prefix
