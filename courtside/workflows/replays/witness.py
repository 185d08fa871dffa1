"""A witness of a replay that records each round in a folder, for the pages."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import ReplayRecord
from courtside.contracts.records.backtests import BacktestResult
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import LABELS
from courtside.core.dashboard.lines import ROLLBACK
from courtside.core.dataset import Dataset
from courtside.core.training.frame import labels
from courtside.core.training.holdout import holdout_columns
from courtside.workflows.backtest.rounds import Judged, Round, Trained
from courtside.workflows.backtest.served import Served
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.replays.recorder import POSITIVE, Recorder

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def replay_name(model: str, policy: str, window: str) -> str:
    """Return the name of a replay among those of a folder.

    >>> replay_name("nba_games", "every:30d", "10y")
    'nba_games-every-30d-10y'
    """
    return _NO_NAME.sub("-", f"{model}-{policy}-{window}").strip("-")[:LONGEST]


@dataclass(frozen=True)
class RecordingWitness:
    """Records the rounds of one replay of a stream."""

    recorder: Recorder
    stream: Stream

    def see(self, lived: Round) -> None:
        """Record a round: what was decided and why, who was champion, and what was predicted."""
        recorder, day = self.recorder, lived.day
        for each in lived.trained:
            self._trained(each, lived)
        if lived.rolled_back_to is not None:
            back, record = lived.rolled_back_to, lived.record
            recorder.promoted(back.number, training_id=back.training_id, day=day, rule=ROLLBACK, reason=record.reason)
        recorder.stated(day, lived.statements, lived.tests)
        recorder.served(self._served(lived), start=day, end=lived.until)
        recorder.checked(lived.record, found=lived.watched, incidents=lived.incidents)

    def finish(self, result: BacktestResult, *, made_at: datetime) -> None:
        """Record what the replay was, once it has ended."""
        figures = {name: getattr(result, name) for name in ("log_loss", "brier", "accuracy", "auc")}
        counts = {name: getattr(result, name) for name in ("rows", "trainings", "promotions")}
        record = ReplayRecord(
            model=self.recorder.dataset.name,
            of=result.model,
            policy=result.policy,
            window=result.window,
            start=result.begin,
            end=result.end,
            made_at=made_at,
            **counts,
            **figures,
        )
        self.recorder.finished(record)

    def _trained(self, trained: Trained, lived: Round) -> None:
        version, verdict = trained.version, trained.verdict
        if version is None or verdict is None or trained.made is None:
            return
        self.recorder.promised(version.training_id, _holdout(trained.made, self.stream.dataset))
        if trained.promoted:
            self.recorder.promoted(
                version.number,
                training_id=version.training_id,
                day=lived.day,
                rule=verdict.rule,
                reason=verdict.reason,
            )

    def _served(self, lived: Round) -> pa.Table:
        """Return what was predicted, with its labels as those that a model of classes 0 and 1 tells apart."""
        rows = self._rows.by(lived.champion, Role.CHAMPION, lived.places, lived.probability, as_of=lived.day)
        positive = self.recorder.dataset.positive or POSITIVE
        said: Any = np.where(self.stream.labels[lived.places] == 1, positive, f"not {positive}")
        place = rows.schema.get_field_index("label")
        return rows.set_column(place, LABELS.field("label"), pa.array(said.tolist(), pa.string()))

    @cached_property
    def _rows(self) -> Served:
        return Served(self.stream)


def _holdout(made: Judged, dataset: Dataset) -> pa.Table:
    """Return what a training's challenger said of the newest rows, in the columns that a training writes."""
    split = made.split
    columns: dict[str, Any] = {
        "label": labels(split.holdout, dataset),
        "challenger": made.probability,
        **holdout_columns(split.train, split.holdout, dataset),
    }
    return pa.table(columns)
