"""The demo's second model: a subscription's customers, beside the NBA's in the same stage, whose prices rise."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from courtside.adapters.files import write_files, write_table
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import DEFAULT_DATASET
from courtside.datasets.simulated_churn import CHURN_CONTRACT, simulate_churn
from embedded_aws.demo.commands import Commands
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.narrator import Step
from embedded_aws.demo.result import SecondModelResult

MODEL = "churn"
FIRST_TRAINING = "initial"
PRICES_RISE = date(2025, 7, 10)
"""The first day of the change; the model is trained on what was known a few days before."""
FIRST_AS_OF = date(2025, 7, 1)
ROUND_AS_OF = date(2025, 8, 9)
"""The first day after 30 days of the new prices: the window that the contract names."""
EXPECTED_TO_MOVE = frozenset({"plan", "monthly_price"})


@dataclass(slots=True)
class SecondModel:
    """A model of the stage's own table, handled by commands as people would."""

    loop: Loop
    commands: Commands
    folder: Path
    result: SecondModelResult = field(default_factory=lambda: SecondModelResult(model=MODEL))
    execution_arn: str = ""

    def add(self) -> tuple[str, str]:
        """Write table and contract to the demo's folder, and add both models; return their names."""
        table = simulate_churn(changed_from=PRICES_RISE)
        write_table(table, self._table)
        write_files({self._contract: CHURN_CONTRACT.read_bytes()})
        self.commands.run_at_once(("models", "add", DEFAULT_DATASET), ("models", "add", str(self._contract)))
        return DEFAULT_DATASET, MODEL

    def load(self) -> str:
        """Load the table and say so in plain words."""
        words = ("tables", "load", "--table", str(self._table), "--contract", str(self._contract), "--json")
        loaded = json.loads(self.commands.run(*words))
        self.result.rows = loaded["rows"]
        return f"{loaded['rows']:,} bills of {loaded['first_day']} to {loaded['last_day']}"

    def begin_training(self) -> None:
        """Start the first training; it runs beside the other model's."""
        request = RetrainingRequest(
            model=MODEL,
            training_id=FIRST_TRAINING,
            as_of=FIRST_AS_OF,
            trigger=Trigger.INITIAL,
            reason="first training",
        )
        self.execution_arn = self.loop.retrain(request)

    def follow_training(self, step: Step, *, progress: Callable[[str], None]) -> None:
        """Wait until the model has its champion."""
        self.loop.wait_for_end(self.execution_arn, progress=progress)
        record = self.loop.training(FIRST_TRAINING)
        self.result.models = list(record.models)
        self.result.champion = self.loop.drift_reference().version
        best = next(model for model in record.models if model.name == record.best)
        step.says(
            f"{MODEL}: {record.rows_train:,} bills to train on, {record.rows_test:,} newer ones to test; {best.name}, "
            f"AUC {best.test_auc:.3f}; version {self.result.champion} is champion, in the same stage"
        )

    def look(self, step: Step) -> None:
        """Run a round over the model a month after the change: it has to be found, and people decide about it."""
        words = ("watch", "--model", MODEL, "--as-of", ROUND_AS_OF.isoformat(), "--json")
        (settled,) = json.loads(self.commands.run(*words))["settled"]
        # A round also names the segments that moved, like plan=basic.
        self.result.outcome, self.result.moved = settled["outcome"], [x for x in settled["moved"] if "=" not in x]
        step.expect(settled["outcome"] == "alert", f"the round ended in {settled['outcome']}: {settled['reason']}")
        step.expect(set(self.result.moved) >= EXPECTED_TO_MOVE, f"only {self.result.moved} moved")
        step.says(
            f"{MODEL}, 30 days to {ROUND_AS_OF}: {settled['reason']} ({', '.join(self.result.moved)}); Slack was told"
        )

    def listed(self) -> list[dict[str, str]]:
        """Return the rows of `courtside models list`."""
        names, *rows = (line.split("\t") for line in self.commands.run("models", "list").splitlines())
        return [dict(zip(names, row, strict=True)) for row in rows]

    @property
    def _table(self) -> Path:
        return self.folder / f"{MODEL}.parquet"

    @property
    def _contract(self) -> Path:
        return self.folder / f"{MODEL}.yaml"
