"""A training of real models on a few invented rows, small enough to be logged many times."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

from courtside.contracts.model_card import ModelInterface
from courtside.core.training.candidates import ALL, Classifier
from courtside.workflows.ports import CandidateRun, TrainingRun

FEATURES = ["first", "second"]
INTERFACE = ModelInterface.of("won", (0, 1), dict.fromkeys(FEATURES, "number"))
_RNG = np.random.default_rng(0)
ROWS = pa.table({name: _RNG.normal(size=40) for name in FEATURES})


def small_run(training_id: str = "t1", *, as_of: date = date(2019, 2, 1), best: str = "lightgbm") -> TrainingRun:
    """Return a training of the four candidates; those with trees have three of them."""
    return TrainingRun(
        training_id=training_id,
        candidates=[
            CandidateRun(
                name=candidate.name,
                flavor=candidate.flavor,
                estimator=_fitted(position),
                params={name: str(value) for name, value in candidate.params.items()},
                metrics={"test_auc": 0.6 + position / 100, "test_accuracy": 0.6, "test_auc_low": 0.55},
                plots={"roc_curve.svg": b"<svg/>"},
            )
            for position, candidate in enumerate(ALL)
        ],
        best=best,
        interface=INTERFACE,
        sample=ROWS.slice(0, 5),
        params={"best": best},
        tags={"training_id": training_id, "as_of": as_of.isoformat(), "git_commit": "c0ffee", "trigger": "drift"},
        attachments={"reference.profile": b"profile"},
    )


@cache
def _fitted(position: int) -> Classifier:
    candidate = ALL[position]
    few = {"n_estimators": 3} if "n_estimators" in candidate.params else {}
    rows = pd.DataFrame({name: ROWS.column(name).to_numpy() for name in FEATURES})
    return candidate.build({**candidate.params, **few}).fit(rows, (rows["first"] > 0).astype(np.int8))
