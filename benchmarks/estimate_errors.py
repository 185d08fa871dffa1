"""Print as one JSON object how far each estimate was from what came true: real games, simulated rows, a census.

For each method: how many windows it refused, and by metric the mean absolute error and the mean error (the bias) over
the windows that it estimated. As methods refuse different windows, `where_all_estimate` has the same figures over
the windows that all of them estimated. `first_holdout_by_season` has the figures themselves.

- Games: logistic regression on the 16 features, learned up to 2005; months and seasons of 2010-11 to 2024-25 with 100
  games or more. The holdout is that of 2005-10, or in `latest_holdout` the five seasons before each season. The games
  must lie beside the project.
- Simulated: a holdout of 8,000 rows, of which a tenth to four fifths of a window's belong to a group that is 20 % of
  the holdout and that the model does not know (`mix_of_groups`); a model that is calibrated for all inputs, whose
  inputs move (`inputs_move`); and one for whose inputs other outcomes come (`outcomes_change`).
- Census: employment in Massachusetts in 2015, from NannyML's package, with the predictions of its boosted model, and
  with those of a logistic regression that learned from a third of the people. A second third is the holdout, and
  windows hold 500 people of the last one who belong to one group. The peers' environment must be installed.
- Cars: prices of used cars that NannyML's package simulates, with the predictions of a regression; 60,000 are the
  holdout, and windows are the 2,000 cars of each of 30 later spans.

Run `python -m benchmarks.estimate_errors [--peers PYTHON]` from the project's root; it takes some minutes.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.drift import PEERS_PYTHON
from courtside.core.estimation import REGISTRY, REGRESSION, Estimated, Fitted, Reference, Window, estimators_of
from courtside.core.features import build_nba_features
from courtside.datasets.catalog import load_dataset

GAMES = Path(__file__).resolve().parents[2] / "shared" / "data" / "nba_games.csv.gz"
FEWEST_GAMES = 100
DIGITS = 4
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came true in a window, and what each method had said."""

    realised: Mapping[str, float]
    estimated: Mapping[str, Estimated]


def main() -> None:
    """Print the errors on each table."""
    parser = argparse.ArgumentParser(description="Measure how far estimates are from what came true.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="the peers' Python")
    options = parser.parse_args()
    tables = list(options.peers.parent.parent.glob("lib/python3*/site-packages/nannyml/datasets/data"))
    absent = "not measured: the peers' environment is not installed"
    found = {
        "games": of_games() if GAMES.exists() else f"not measured: there is no {GAMES.name} beside the project",
        "simulated": of_simulations(),
        "census": of_census(tables[0]) if tables else absent,
        "cars": of_cars(tables[0]) if tables else absent,
    }
    print(json.dumps({"benchmark": "estimate_errors"} | found, indent=2))


def summary(windows: Iterable[Compared]) -> dict[str, Any]:
    """Return the errors of each method over the windows that it estimated, and over those that all estimated."""
    known = list(windows)
    all_estimate = [each for each in known if all(said.refused is None for said in each.estimated.values())]
    return {
        "windows": len(known),
        "methods": {name: _errors(name, known) for name in known[0].estimated},
        "where_all_estimate": {name: _errors(name, all_estimate) for name in known[0].estimated},
    }


def _errors(name: str, windows: list[Compared]) -> dict[str, Any]:
    kept = [each for each in windows if each.estimated[name].refused is None]
    if not kept:
        return {"refused": len(windows)}
    errors = {
        metric: np.array([each.estimated[name].values[metric] - each.realised[metric] for each in kept])
        for metric in kept[0].realised
    }
    return {"refused": len(windows) - len(kept)} | {
        metric: {"error": round(float(np.abs(each).mean()), DIGITS), "bias": round(float(each.mean()), DIGITS)}
        for metric, each in errors.items()
    }


def _side_by_side(window: Compared) -> dict[str, dict[str, float | None]]:
    """Return each metric as it came true and as each method estimated it, None where that refused."""
    said = {"realised": window.realised, **{name: each.values for name, each in window.estimated.items()}}
    return {
        metric: {name: round(values[metric], DIGITS) if metric in values else None for name, values in said.items()}
        for metric in window.realised
    }


def compared(fitted: Mapping[str, Fitted], rows: Reference) -> Compared:
    """Ask all methods about rows whose labels they are not told."""
    window = Window(predictions=rows.predictions, features=rows.features, task=rows.task)
    return Compared(realised(rows), {name: estimate(window) for name, estimate in fitted.items()})


def realised(rows: Reference) -> Mapping[str, float]:
    """Return the figures of rows, which are what the constant says after learning from them."""
    return REGISTRY["constant"].fit(rows)(rows).values


def fitted(reference: Reference) -> dict[str, Fitted]:
    """Let each method learn from a holdout."""
    return {estimator.name: estimator.fit(reference) for estimator in estimators_of(reference.task)}


def of_games() -> dict[str, Any]:
    """Return the errors on months and seasons, from a holdout that stays and from one that moves along."""
    table = build_nba_features(pyarrow.csv.read_csv(GAMES))
    names = [feature.name for feature in load_dataset("nba_games").features]
    features, labels = table.select(names), table["home_win"].to_numpy().astype(np.int64)
    inputs = np.column_stack([column.to_numpy() for column in features.columns])
    months = table["game_date"].to_numpy().astype("datetime64[M]").astype(np.int64)
    seasons = 1970 + (months + 5) // 12  # a season is called by the year that it ends in, and begins in August
    said = _logistic(inputs, labels, seasons <= 2005)

    def rows(chosen: Flags) -> Reference:
        return Reference(predictions=said[chosen], labels=labels[chosen], features=features.filter(pa.array(chosen)))

    def windows(keys: NDArray[np.int64], reference_of: Callable[[int], Mapping[str, Fitted]]) -> Iterator[Compared]:
        for key in np.unique(keys[seasons > 2010]):
            chosen = (keys == key) & (seasons > 2010)
            if chosen.sum() >= FEWEST_GAMES:
                yield compared(reference_of(int(seasons[chosen][0])), rows(chosen))

    fixed = fitted(rows((seasons > 2005) & (seasons <= 2010)))
    moving = {season: fitted(rows((seasons >= season - 5) & (seasons < season))) for season in range(2011, 2026)}
    kinds = {"months": months, "seasons": seasons}
    by_season = zip(moving, windows(seasons, lambda _: fixed), strict=True)
    return {
        "first_holdout": {kind: summary(windows(keys, lambda _: fixed)) for kind, keys in kinds.items()},
        "first_holdout_by_season": {season: _side_by_side(each) for season, each in by_season},
        "latest_holdout": {kind: summary(windows(keys, moving.__getitem__)) for kind, keys in kinds.items()},
    }


def _logistic(inputs: NDArray[np.float64], labels: NDArray[np.int64], learned: Flags) -> NDArray[np.float64]:
    """Return what a logistic regression says of all rows that takes every code for a number."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(inputs[learned], labels[learned])
    return np.asarray(model.predict_proba(inputs)[:, 1])


WINDOWS, KNOWN_ROWS, WINDOW_ROWS = 20, 8_000, 2_000


def of_simulations() -> dict[str, Any]:
    """Return the errors on rows whose change is known."""
    kinds = {
        **{f"mix_of_groups, {share:.0%} new": (0.2, 0.0, 0.0, share) for share in (0.1, 0.2, 0.4, 0.6, 0.8)},
        **{f"inputs_move, by {moved:g}": (0.0, moved, 0.0, 0.0) for moved in (0.5, 1.0)},
        **{f"outcomes_change, by {changed:g}": (0.0, 0.0, changed, 0.0) for changed in (0.3, 0.6)},
    }
    return {
        kind: summary(
            compared(
                fitted(simulated(seed, KNOWN_ROWS, new=known)),
                simulated(1_000 + seed, WINDOW_ROWS, moved=moved, changed=changed, new=new),
            )
            for seed in range(WINDOWS)
        )
        for kind, (known, moved, changed, new) in kinds.items()
    }


def simulated(seed: int, rows: int, *, moved: float = 0.0, changed: float = 0.0, new: float = 0.0) -> Reference:
    """Return rows of which a share is of a `new` group; inputs are `moved`, or the log odds of outcomes `changed`."""
    rng = np.random.default_rng(seed)
    inputs, is_new = rng.normal(0, 1, (rows, 5)), rng.random(rows) < new
    inputs[:, 0] += moved
    old = 0.3 + 1.4 * inputs[:, 0]
    labels = rng.random(rows) < 1 / (1 + np.exp(changed - np.where(is_new, 0.3 * inputs[:, 0] - 0.4, old)))
    columns = {f"x{number}": pa.array(column) for number, column in enumerate(inputs.T)}
    return Reference(
        predictions=1 / (1 + np.exp(-old)),
        labels=labels.astype(np.int64),
        features=pa.table({"group": pa.array(np.where(is_new, "new", "old")), **columns}),
    )


CENSUS_WINDOWS, CENSUS_ROWS = 10, 500
GROUPS: Mapping[str, Callable[[pa.Table], Flags]] = {
    "everybody": lambda people: np.ones(people.num_rows, dtype=np.bool_),
    "aged 16 to 29": lambda people: _between(people, 16, 30),
    "aged 60 to 74": lambda people: _between(people, 60, 75),
    "with a disability": lambda people: _is(people, "DIS", "1"),
    "born abroad": lambda people: _is(people, "NATIVITY", "2"),
    "with a master's degree or more": lambda people: _is(people, "SCHL", "22", "23", "24"),
    "who moved within a year": lambda people: _is(people, "MIG", "2", "3"),
}


def of_census(folder: Path) -> dict[str, Any]:
    """Return the errors on windows of people of one group, all of the holdout's year, for each of two models."""
    people = pq.read_table(folder / "employment_MA_reference.pq")
    people = people.take(np.random.default_rng(0).permutation(people.num_rows))
    features = people.select([name for name in people.column_names if name.isupper()])
    third = people.num_rows // 3
    said = {
        "boosted": people["predicted_probability"].to_numpy(),
        "logistic_regression": _logistic(
            _codes(features), people["employed"].to_numpy(), np.arange(people.num_rows) < third
        ),
    }
    return {model: _of_groups(people, features, predictions, third) for model, predictions in said.items()}


def _of_groups(people: pa.Table, features: pa.Table, said: NDArray[np.float64], third: int) -> dict[str, Any]:
    labels = people["employed"].to_numpy()

    def rows(places: NDArray[np.intp]) -> Reference:
        return Reference(predictions=said[places], labels=labels[places], features=features.take(places))

    methods, others = fitted(rows(np.arange(third, 2 * third))), np.arange(people.num_rows) >= 2 * third
    found = {}
    for group, of in GROUPS.items():
        rng, known = np.random.default_rng(1), np.flatnonzero(of(people) & others)
        draws = (rng.choice(known, CENSUS_ROWS, replace=False) for _ in range(CENSUS_WINDOWS))
        found[group] = summary(compared(methods, rows(places)) for places in draws)
    return found


CARS = ("car_age", "km_driven", "price_new", "accident_count", "door_count", "fuel", "transmission")
SPANS = 30


def of_cars(folder: Path) -> dict[str, Any]:
    """Return the errors on spans of cars, the first and the second half apart: the inputs move between them."""
    read = pyarrow.csv.read_csv
    known, asked, targets = (
        read(folder / f"regression_synthetic_{part}.csv") for part in ("reference", "analysis", "analysis_targets")
    )
    methods = fitted(_cars(known, known["y_true"]))
    spans = np.array_split(np.arange(asked.num_rows), SPANS)
    found = [compared(methods, _cars(asked.take(span), targets["y_true"].take(span))) for span in spans]
    return {"first_half": summary(found[: SPANS // 2]), "second_half": summary(found[SPANS // 2 :])}


def _cars(rows: pa.Table, prices: Any) -> Reference:
    said, labels = (column.cast(pa.float64()).to_numpy() for column in (rows["y_pred"], prices))
    return Reference(predictions=said, labels=labels, features=rows.select(CARS), task=REGRESSION)


def _codes(features: pa.Table) -> NDArray[np.float64]:
    return np.column_stack([column.cast(pa.string()).cast(pa.float64()).to_numpy() for column in features.columns])


def _between(people: pa.Table, first: int, end: int) -> Flags:
    age = people["AGEP"].to_numpy()
    return np.asarray((age >= first) & (age < end))


def _is(people: pa.Table, column: str, *levels: str) -> Flags:
    return np.isin(people[column].cast(pa.string()).to_numpy(zero_copy_only=False).astype(str), levels)


if __name__ == "__main__":
    main()
