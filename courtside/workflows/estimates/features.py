"""The features of rows whose performance is estimated: those of the champion's holdout, and those of the windows."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records import DataManifest
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.estimation import Window as Rows
from courtside.core.features import build_features
from courtside.core.gate.holdout import Holdout
from courtside.core.predictions.said_columns import predictions_in
from courtside.core.rows import within
from courtside.core.rows.ids import ids_of
from courtside.core.tasks import MULTICLASS, Truth
from courtside.core.training.fit import labels
from courtside.core.training.split import split_rows
from courtside.workflows.freeze import resolved
from courtside.workflows.frozen_rows import DataErased, frozen_features
from courtside.workflows.lake_documents import find_document
from courtside.workflows.ports import Lake
from courtside.workflows.predict.apart import Room
from courtside.workflows.predict.coming_rows import games_known
from courtside.workflows.predict.counted_files import counted_files
from courtside.workflows.rows import ReadFile, usable_files

logger = logging.getLogger(__name__)

MOST_TRAINED_ROWS = 1_000_000
"""The rows of a training with more are not read again, as they would not fit beside a model."""
MOST_ROWS = 200_000
"""Of how many rows of all windows together the features are looked up at most."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a training: `dataset` is the contract with those that it took, `manifest` says what it read."""

    lake: Lake
    dataset: Dataset
    manifest: DataManifest | None

    @classmethod
    def of(cls, training_id: str, *, lake: Lake, dataset: Dataset) -> "Features":
        """Return those of a training, which may have left no manifest."""
        manifest = find_document(DataManifest, training_keys.training_manifest(dataset.name, training_id), lake=lake)
        inferred = None if manifest is None else manifest.inferred
        return cls(lake, resolved(replace(dataset, also=()), inferred), manifest)

    def of_holdout(self, holdout: Holdout) -> pa.Table | None:
        """Return the features of the holdout's rows in its order, None where they are not there any more.

        Rows with other labels are other rows, such as those that a recalibrated champion was judged by.
        """
        manifest = self.manifest
        if manifest is None or manifest.rows > MOST_TRAINED_ROWS:
            return None
        try:
            frozen = frozen_features(manifest, lake=self.lake, dataset=self.dataset).table
            rows = split_rows(frozen, dataset=self.dataset, rule=manifest.split, seed=manifest.seed).holdout
        except DataErased:  # a person asked for it, so nothing is to be mended
            return None
        except (CourtsideError, pa.ArrowException, KeyError):
            logger.exception("the rows of training %s cannot be read again", manifest.training_id)
            return None
        same = _are_same(labels(rows, self.dataset), holdout)
        return rows.select(self.dataset.feature_names) if same else None

    def of_windows(
        self, waiting: Iterable[tuple[Window, pa.Table]], as_of: date, *, classes: Sequence[str] | None = None
    ) -> Iterator[tuple[Window, Rows]]:
        """Yield each window with the rows whose features are found, as they are known as of a day, by their ids.

        Predictions of several `classes` are in their order.
        """
        windows = [(window, rows.sort_by("id")) for window, rows in waiting]
        if not windows:
            return
        ids: Any = pa.concat_tables([rows.select(["id"]) for _, rows in windows]).column("id").combine_chunks()
        table, places = self._found(ids, Days(windows[0][0].start, windows[-1][0].end), as_of)
        start = 0
        for window, rows in windows:
            own = places.slice(start, rows.num_rows)
            start += rows.num_rows
            said = predictions_in(rows.filter(own.is_valid()), classes)
            yield window, Rows(predictions=said, task=self.dataset.task, features=table.take(own.drop_null()))

    def _found(self, ids: Any, days: Days, as_of: date) -> tuple[pa.Table, Any]:
        """Return rows' features, and for each id its place among them, null where it is not found."""
        known, found = [pa.array([], pa.string())], list[pa.Table]()
        with TemporaryDirectory(prefix="courtside-") as folder:
            for rows in self._rows(days, as_of, Room(Path(folder))):
                try:
                    own, features = ids_of(rows, self.dataset), rows.select(self.dataset.feature_names)
                except (CourtsideError, pa.ArrowException, KeyError):
                    continue  # such rows were not predicted either
                asked: Any = pc.is_in(own, value_set=ids)
                known.append(own.filter(asked))
                found.append(features.filter(asked))
        features = pa.concat_tables(found, promote_options="permissive") if found else pa.table({})
        return features, pc.index_in(ids, value_set=pa.concat_arrays(known))

    def _rows(self, days: Days, as_of: date, room: Room) -> Iterator[pa.Table]:
        if self.dataset.builder is None:
            for file in counted_files(days, lake=self.lake, dataset=self.dataset, room=room):
                if isinstance(file, ReadFile):
                    yield within(file.table, self.dataset.time_column, days)
            return
        files, _ = usable_files(days, lake=self.lake, dataset=self.dataset)
        games, _ = games_known(as_of, days, files, lake=self.lake, dataset=self.dataset)
        yield within(build_features(games, dataset=self.dataset), "game_date", days)


def _are_same(truth: Truth, holdout: Holdout) -> bool:
    """Tell whether these are a holdout's labels; classes may have other codes there, and share the one of none."""
    if holdout.task != MULTICLASS or truth.size != holdout.labels.size:
        return np.array_equal(truth, holdout.labels)
    pairs = np.unique(np.stack([truth, holdout.labels])[:, holdout.known], axis=1)
    return all(np.unique(codes).size == pairs.shape[1] for codes in pairs)
