"""Loans whose champion is estimated to do well or badly before anybody knows whether they are repaid."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.contracts import ledger_keys
from courtside.contracts.records import ChampionPointer
from courtside.contracts.scoring import PredictResponse
from courtside.workflows.archive_log import estimates_log
from courtside.workflows.estimates.estimating import Estimating
from courtside.workflows.ledger_documents import read
from tests.fakes.judging import JudgedLoans, noon


@dataclass
class EstimatedLoans(JudgedLoans):
    """A stage whose rounds estimate after they have predicted."""

    def estimate(self, as_of: date, *, lake: Any = None, version: str | None = None, **kept: Any) -> PredictResponse:
        """Estimate as of a day, after a round in which the champion, or another version, has predicted."""
        pointer = self._pointer()
        said = version or (None if pointer is None else pointer.version)
        predicted = PredictResponse(model=self.dataset.name, as_of=as_of, version=said)
        estimating = Estimating(self.dataset, self.lake if lake is None else lake, self._pointer, **kept)
        return estimating.after(predicted, now=noon(as_of))

    def _pointer(self) -> ChampionPointer | None:
        return read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)[0]

    def estimates(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the archive's rows with the wanted values, in its order; of the AUC unless asked."""
        wanted = {"metric": "auc"} | wanted
        log = estimates_log(self.dataset.name, lake=self.lake)
        rows = [
            row
            for day, numbers in log.days().items()
            for number in numbers
            for row in log.read(day, number).to_pylist()
        ]
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]
