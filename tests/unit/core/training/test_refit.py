"""The best candidate is fitted once more on all rows; what is not plausibly the same model is not registered."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from courtside.contracts.records import Calibration
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.training.candidates import ALL, Candidate, Flavor
from courtside.core.training.fit import FitOptions, TrainedModel, best, fit_candidates, probability
from courtside.core.training.frame import feature_frame
from courtside.core.training.history import newest_of
from courtside.core.training.refit import RefitRefused, Refitted, refitted, require_plausible, why_not_refit
from courtside.core.training.split import Split, split_rows

DATASET = Dataset(
    name="small",
    time_column="day",
    season_column=None,
    id_columns=("id",),
    target="won",
    features=(Feature("a", FeatureKind.NUMERIC), Feature("b", FeatureKind.NUMERIC)),
    builder=None,
    reference_seasons=1,
)
ROWS = 1_500


def table(*, leaking: int = 0, flipped: int = 0) -> pa.Table:
    """Return rows of as many days; `b` is the label in the last `leaking` of them."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, ROWS))
    won = (a + rng.normal(0, 1.5, ROWS) > 0).astype(np.int8)
    newest = np.arange(ROWS) >= ROWS - leaking
    b[newest] = 20.0 * won[newest]
    a[np.arange(ROWS) >= ROWS - flipped] *= -1
    return pa.table({"id": np.arange(ROWS), "day": np.arange(ROWS).astype("datetime64[D]"), "a": a, "b": b, "won": won})


def judged(rows: pa.Table, candidates: tuple[Candidate, ...], options: FitOptions) -> tuple[TrainedModel, Split]:
    split = split_rows(rows, dataset=DATASET)
    return best(fit_candidates(split, dataset=DATASET, candidates=candidates, options=options)), split


@cache
def made(name: str, calibration: Calibration | None = None) -> tuple[TrainedModel, Split, Refitted]:
    candidates = tuple(each for each in ALL if each.name == name)
    model, split = judged(table(), candidates, FitOptions(calibration=calibration))
    return model, split, refitted(model, split, table(), dataset=DATASET)


@pytest.mark.parametrize("name", [each.name for each in ALL])
def test_the_refit_is_fitted_to_every_row_and_keeps_the_figures_of_the_fit_that_was_judged(name: str) -> None:
    model, split, found = made(name)
    assert found.record is not None
    assert (found.record.rows, found.record.why_not) == (ROWS, None)
    assert (str(found.record.since), str(found.record.until)) == ("1970-01-01", "1974-02-08")
    assert found.model.metrics is model.metrics
    assert np.array_equal(found.model.test_probability, model.test_probability)
    assert found.model.candidate is model.candidate
    again = probability(found.model.estimator, feature_frame(split.holdout, DATASET))
    assert np.array_equal(found.known, again)
    assert not np.array_equal(found.known, model.test_probability[split.selection_rows :])


def test_it_is_what_the_library_fits_to_all_rows() -> None:
    _, split, found = made("logistic_regression")
    rows = table().to_pandas()
    by_hand = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000, random_state=42))
    by_hand.fit(rows[["a", "b"]], rows["won"])
    holdout = split.holdout.to_pandas()[["a", "b"]]
    np.testing.assert_allclose(found.known, by_hand.predict_proba(holdout)[:, 1], rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", list(Calibration))
@pytest.mark.parametrize("name", ["logistic_regression", "xgboost"])
def test_a_calibration_is_carried_over_as_it_was_learned(name: str, method: Calibration) -> None:
    model, split, found = made(name, method)
    plain = made(name)[2]
    (inner,) = found.model.estimator.calibrated_classifiers_  # type: ignore[attr-defined]
    (before,) = model.estimator.calibrated_classifiers_  # type: ignore[attr-defined]
    assert inner.calibrators is before.calibrators
    assert inner is not before
    frame = feature_frame(split.holdout, DATASET)
    assert np.array_equal(probability(found.model.estimator.estimator.estimator, frame), plain.known)  # type: ignore[attr-defined]
    assert np.array_equal(probability(model.estimator, frame), model.test_probability[split.selection_rows :])
    assert not np.array_equal(found.known, plain.known)


def test_its_window_of_history_ends_with_the_last_row() -> None:
    assert newest_of(table(), "all", dataset=DATASET).num_rows == ROWS
    window = newest_of(table(), "1y", dataset=DATASET)
    assert window.column("id").to_pylist() == list(range(ROWS - 365, ROWS))


def test_labels_that_the_newest_rows_give_away_are_not_learned_by_what_serves() -> None:
    rows = table(leaking=150)
    model, split = judged(rows, ALL[:1], FitOptions())
    found = refitted(model, split, rows, dataset=DATASET)
    assert found.model is model
    assert found.doubted
    assert found.record is not None
    assert (found.record.rows, found.record.until) == (0, None)
    assert "something in the newest rows may give their label away" in (found.record.why_not or "")
    assert np.array_equal(found.known, model.test_probability[split.selection_rows :])


def test_rows_that_turned_round_are_learned_because_that_is_what_a_refit_is_for() -> None:
    rows = table(flipped=300)
    model, split = judged(rows, ALL[:1], FitOptions())
    found = refitted(model, split, rows, dataset=DATASET)
    assert not found.doubted


class _FailsOnMore:
    """A classifier that cannot be fitted to more rows than the training part has."""

    def fit(self, rows: object, labels: NDArray[np.int8]) -> "_FailsOnMore":  # noqa: ARG002
        if labels.size > 0.8 * ROWS:
            raise RuntimeError("too many rows")
        return self

    def predict_proba(self, rows: pa.Table) -> NDArray[np.float64]:
        return np.full((len(rows), 2), 0.5)

    def get_params(self, *, deep: bool = True) -> dict[str, object]:  # noqa: ARG002
        return {}


def test_a_candidate_of_a_team_that_fails_on_all_rows_is_registered_as_it_was_judged() -> None:
    rows, split = table(), split_rows(table(), dataset=DATASET)
    own = Candidate(name="own", flavor=Flavor.SKLEARN, params={}, build=lambda _: _FailsOnMore(), package=None)  # type: ignore[arg-type,return-value]
    (model,) = fit_candidates(split, dataset=DATASET, candidates=[own])
    model = replace(model, candidate=replace(own, package="own_package"))
    found = refitted(model, split, rows, dataset=DATASET)
    assert (found.model, found.doubted) == (model, True)
    assert found.record is not None
    assert "own of own_package failed (RuntimeError: too many rows)" in (found.record.why_not or "")


def test_too_short_a_window_is_not_learned() -> None:
    model, split, _ = made("logistic_regression")
    found = refitted(model, split, table().slice(ROWS - 99), dataset=DATASET)
    assert found.record is not None
    assert "leave 99 rows" in (found.record.why_not or "")


def test_what_is_plausible() -> None:
    rng = np.random.default_rng(1)
    before = rng.uniform(0.1, 0.4, 400)
    require_plausible(refit=before, judged=before, learned=before)
    require_plausible(refit=before - 0.02, judged=before, learned=before)
    memorised = rng.uniform(0, 0.05, 400)  # as boosters do
    require_plausible(refit=memorised, judged=before, learned=memorised)
    require_plausible(refit=before[:10] + rng.normal(0, 0.1, 10) + 0.05, judged=before[:10], learned=before)  # few rows
    with pytest.raises(RefitRefused, match="implausibly better"):
        require_plausible(refit=memorised, judged=before, learned=before)
    with pytest.raises(RefitRefused, match=r"would be the worse one: 0\.2"):
        require_plausible(refit=before + 0.02, judged=before, learned=before)
    for wrong in (np.nan, 1.5):
        with pytest.raises(RefitRefused, match="it does not say probabilities"):
            require_plausible(refit=np.append(before[1:], wrong), judged=before, learned=before)


def test_a_contract_is_not_refitted_where_it_says_so_or_where_nobody_could_tell_what_was_learned() -> None:
    assert why_not_refit(DATASET) is None
    assert why_not_refit(replace(DATASET, retrain=DecisionPolicy(refit=False))) == (
        "the contract says `retrain: {refit: false}`"
    )
    without = replace(DATASET, time_column=None, id_columns=())
    assert "names no time_column and no id_columns, by which" in (why_not_refit(without) or "")
