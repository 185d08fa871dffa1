"""Loans whose outcome is one of several classes, or a cost: predicted day by day, and known later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import parquet_content
from courtside.core.tasks import MULTICLASS
from courtside.workflows.ports import Champion
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.model_cards import card
from tests.fakes.predicting import LOANS, loans
from tests.fakes.saying import CLASSES, VALUES, WIDTHS, Says, SaysOf

NAMES = ("late", "never", "on time")
NOISE = 3.0
EVEN = {MULTICLASS: 1 / 3, "regression": 50.0}


@dataclass(frozen=True)
class SaysPartly(Says):
    """A version that mixes what is true with what says nothing of a row."""

    weight: float = 1.0

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        return self.weight * Says.predict(self, rows) + (1 - self.weight) * EVEN[self.interface.task]


@dataclass
class SaysPartlyOf(SaysOf):
    """Opens versions by the weight that they were sealed with."""

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        return SaysPartly(version, self.interface, self.intervals, weight=json.loads(files["line.json"])["weight"])


@dataclass
class JudgedOutcomes(EstimatedLoans):
    """A stage of another task; `outcomes` are those of each day."""

    outcomes: dict[date, list[Any]] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        return self.dataset.task == MULTICLASS

    def truth(self, amounts: NDArray[np.float64], seed: int) -> list[Any]:
        """Draw what comes true of amounts: classes as the version says, or a hundred times as much with noise."""
        rng = np.random.default_rng((seed, 7))
        if not self.several:
            return [float(each) for each in 100 * amounts + rng.normal(0, NOISE, amounts.size)]
        late, never = amounts, (1 - amounts) / 4
        drawn = rng.random(amounts.size)
        return [
            NAMES[int(each > one) + int(each > one + two)] for each, one, two in zip(drawn, late, never, strict=True)
        ]

    def repay(self, day: date, *, wrong: int = 0, known: int | None = None) -> None:
        """Let the outcomes of a day be known, the first `wrong` of them quite other ones."""
        amounts = np.array(self.amounts[day], np.float64)
        truth = self.truth(amounts, day.toordinal())
        for place in range(wrong):
            truth[place] = NAMES[(NAMES.index(truth[place]) + 1) % 3] if self.several else truth[place] + 60
        self._put(day, [*truth[:known], *[None] * (len(truth) - len(truth[:known]))])

    def _put(self, day: date, truth: list[Any] | None) -> None:
        amounts = self.amounts[day]
        table = loans(day.toordinal() * 1_000, amounts, day=day)
        kind = pa.string() if self.several else pa.float64()
        column = pa.array([None] * len(amounts) if truth is None else truth, kind)
        self.put(day.isoformat(), table.append_column(self.dataset.target, column))

    def promised(self, version: str, *, rows: int = 400, weight: float = 1.0) -> None:
        """Leave the card and the holdout of a version's training in the lake."""
        amounts = np.random.default_rng(int(version)).uniform(0.05, 0.95, rows)
        truth = self.truth(amounts, int(version))
        says = SaysPartly(version, self.models.interface, self.models.intervals, weight=weight)  # type: ignore[attr-defined]
        said = says.predict(pa.table({"amount": amounts}))
        if self.several:
            codes, shares = np.array([NAMES.index(each) for each in truth]), [0.5, 0.125, 0.375]
            holdout = Holdout(codes, said, baseline=np.tile(shares, (rows, 1)), task=self.dataset.task, classes=NAMES)
        else:
            bounds = says.bounds(said)
            ends = {} if bounds is None else {"challenger": bounds}
            holdout = Holdout(
                np.array(truth), said, baseline=np.full(rows, 50.0), task=self.dataset.task, bounds=ends, level=0.9
            )
        model, training = self.dataset.name, f"t{version}"
        self.lake.objects[training_keys.training_holdout(model, training)] = parquet_content(holdout.table())
        written = card().model_copy(update={"interface": says.interface})
        self.lake.objects[training_keys.training_card(model, training)] = written.model_dump_json().encode()


def outcomes(task: str, **changed: Any) -> JudgedOutcomes:
    """Return a stage whose champion, version 1, is of a task and left its promise."""
    interface, intervals = (CLASSES, None) if task == MULTICLASS else (VALUES, WIDTHS)
    dataset = replace(LOANS, task=task, target=interface.target, **changed)
    stage = JudgedOutcomes(dataset, models=SaysPartlyOf(interface, intervals))  # type: ignore[arg-type] # other versions
    stage.promote("1", 1.0)
    stage.promised("1")
    return stage
