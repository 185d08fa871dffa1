"""A model of loans on a stage in memory: rows, sealed versions that say different things, and a champion."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.model_card import Learned, ModelInterface
from courtside.contracts.records import ApprovalRecord, ChampionPointer, Reign, SealedFiles
from courtside.contracts.scoring import PredictRequest, PredictResponse
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.decision_policy import DecisionPolicy, RollBack
from courtside.core.predictions.contributions import Contributions
from courtside.core.predictions.rules import PredictRules
from courtside.core.training.served_input import NUMBER, ValuesMissing, as_trained
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.ports import Champion, ModelUnusable
from courtside.workflows.predict.apart import MOST_IN_MEMORY
from courtside.workflows.predict.predict import Predict
from courtside.workflows.predict.set_aside import SetAside
from courtside.workflows.predict.versions import Versions, WarmModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger, RecordedAlerts

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)
LOANS = Dataset(
    name="loans",
    time_column="asked_on",
    season_column=None,
    id_columns=("loan",),
    target="repaid",
    features=(Feature("amount", FeatureKind.NUMERIC),),
    builder=None,
    reference_seasons=1,
    segments=("branch",),
    # So the version before the champion predicts only where a test names it.
    retrain=DecisionPolicy(roll_back=RollBack.NEVER),
)


def loans(first: int, amounts: list[float | None], *, day: date = DAY, repaid: int | None = None) -> pa.Table:
    """Return loans with ids from `first` on that were asked for on a day."""
    count = len(amounts)
    return pa.table(
        {
            "loan": pa.array(range(first, first + count), pa.int64()),
            "asked_on": pa.array([day] * count, pa.date32()),
            "amount": pa.array(amounts, pa.float64()),
            "branch": pa.array(["north", "south"] * count)[:count],
            "repaid": pa.array([repaid] * count, pa.int8()),
        }
    )


@dataclass(frozen=True)
class Line:
    """A version that says `weight` times a row's `amount`, for amounts from 0 to 1."""

    version: str
    weight: float
    column: str = "amount"
    needs_all: bool = False
    unexplainable: bool = False
    learned_until: str | None = None
    time_column: str | None = None
    fitted: None = None

    @property
    def interface(self) -> ModelInterface:
        interface, until = ModelInterface.of("repaid", (0, 1), {self.column: NUMBER}), self.learned_until
        learned = None if until is None else Learned(training_id=f"t{self.version}", until=date.fromisoformat(until))
        return interface.model_copy(update={"learned": learned, "time_column": self.time_column})

    def probability(self, rows: pa.Table) -> NDArray[np.float64]:
        amounts = as_trained(rows, self.interface.taken_as)[self.column].to_numpy()
        if self.needs_all and np.isnan(amounts).any():
            raise ValuesMissing([self.column])
        if (amounts == 404).any():
            raise ZeroDivisionError("nobody foresaw this amount")
        return np.nan_to_num(amounts) * self.weight

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        return self.probability(rows)

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:  # noqa: ARG002 — it says no values
        return None

    def contributions(self, rows: pa.Table) -> Contributions | None:
        if self.unexplainable:
            raise ZeroDivisionError("nobody can explain this")
        if self.needs_all:
            return None
        return Contributions((self.column,), self.probability(rows)[:, None])


@dataclass
class Lines:
    """Opens versions from JSON, and counts how often."""

    opened_times: int = 0

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        self.opened_times += 1
        try:
            return Line(version, **json.loads(files["line.json"]))
        except (KeyError, ValueError, TypeError) as error:
            raise ModelUnusable(version, str(error)) from error


@dataclass
class LoansStage:
    """A stage with one model; `predict` is one round of its step."""

    dataset: Dataset = LOANS
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    models: Lines = field(default_factory=Lines)
    alerts: RecordedAlerts = field(default_factory=RecordedAlerts)
    most_in_memory: int = MOST_IN_MEMORY
    warm: WarmModels = field(init=False)

    def __post_init__(self) -> None:
        self.warm = WarmModels(lambda _: self.models)

    def put(self, name: str, table: pa.Table) -> None:
        """Put a file of rows into the model's table, or replace it."""
        content = io.BytesIO()
        pq.write_table(table, content)
        self.lake.objects[f"{lake_keys.tables(self.dataset.name)}{name}.parquet"] = content.getvalue()

    def seal(self, version: str, weight: float = 0.5, **line: Any) -> str:
        """Seal a version and return its digest."""
        model = json.dumps({"weight": weight, **line}).encode()
        path = "model/line.json"
        contents = SealedFiles(version=version, training_id=f"t{version}", files={path: sha256(model).hexdigest()})
        manifest = contents.model_dump_json().encode()
        digest = sha256(manifest).hexdigest()
        prefix = lake_keys.sealed(self.dataset.name, digest)
        self.lake.objects[f"{prefix}{path}"] = model
        self.lake.objects[f"{prefix}{training_keys.MANIFEST_NAME}"] = manifest
        return digest

    def promote(self, version: str, weight: float = 0.5, **line: Any) -> None:
        """Seal a version and make it champion."""
        digest = self.seal(version, weight, **line)
        before, revision = read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)
        since = NOW + timedelta(days=int(version), seconds=revision)
        key = ledger_keys.history(since, version)
        previous = before.version if before else None
        pointer = ChampionPointer(version=version, previous=previous, reason="", history_key=key, sha256=digest)
        reign = Reign(
            version=version, training_id=f"t{version}", since=since, rule="", reason="", by="a test", sha256=digest
        )
        assert self.ledger.put(
            written(ledger_keys.CHAMPION, pointer, expected_revision=revision),
            written(key, reign, expected_revision=0),
        )

    def ask_for_approval(self, version: str, *, approved: bool | None = None) -> None:
        """Let a sealed challenger wait for a person, or have been answered."""
        record = ApprovalRecord(
            training_id=f"t{version}",
            challenger_version=version,
            champion_version=None,
            reason="",
            token="",
            asked_at=NOW,
            expires_at=NOW + timedelta(days=7),
            approved=approved,
        )
        assert self.ledger.put(written(ledger_keys.approval(f"t{version}"), record, expected_revision=0))

    def shadowed_by(self, *shadows: str, **rules: Any) -> None:
        """Let the contract name shadows."""
        self.dataset = replace(self.dataset, predict=PredictRules(shadows=shadows, **rules))

    def predict(
        self, day: date = DAY, *, now: datetime = NOW, versions: tuple[str, ...] = (), lake: Any = None
    ) -> PredictResponse:
        """Predict as of a day."""
        lake = self.lake if lake is None else lake
        name = self.dataset.name
        aside = SetAside(name, lake, Incidents(self.ledger, lake, self.alerts, sleep=lambda _: None))
        step = Predict(self.dataset, lake, Versions(name, lake, self.ledger, self.warm), aside, self.most_in_memory)
        return step.run(PredictRequest(model=self.dataset.name, as_of=day, versions=versions), now=now)

    def kept(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the predictions in the store in its order, those with the wanted values."""
        log = predictions_log(self.dataset.name, lake=self.lake)
        rows = [
            row
            for day, numbers in log.days().items()
            for number in numbers
            for row in log.read(day, number).to_pylist()
        ]
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    def said(self, **wanted: Any) -> dict[str, float]:
        """Return the predictions by id; fails where an id has several."""
        rows = self.kept(**wanted)
        assert len({row["id"] for row in rows}) == len(rows)
        return {row["id"]: row["prediction"] for row in rows}
