"""The best candidate is fitted once more on all rows; what is not plausibly the same model is not registered."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from courtside.contracts.records import Calibration
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.tasks import task_of
from courtside.core.training.candidates import ALL, Candidate, Flavor, candidates_of
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


def of_task(task: str, *, new: int = 0) -> tuple[pa.Table, Dataset]:
    """Return the rows with a target of another task; of several classes the last `new` are of one that came then."""
    a, rng = table().column("a").to_numpy(), np.random.default_rng(8)
    value = 3 * a + rng.normal(size=ROWS)
    codes = np.digitize(value, [-2.0, 2.0]).astype(np.int32)
    codes[ROWS - new :] = 3 if new else codes[ROWS - new :]
    target = pa.array(value if task == "regression" else codes)
    return table().set_column(4, "won", target), replace(DATASET, task=task)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks_are_fitted_to_every_row_as_the_library_does(task: str) -> None:
    rows, dataset = of_task(task)
    split = split_rows(rows, dataset=dataset)
    name = "ridge" if task == "regression" else "logistic_regression"
    candidates = [candidates_of(task)[name]]
    (model,) = fit_candidates(split, dataset=dataset, candidates=candidates)
    found = refitted(model, split, rows, dataset=dataset)
    assert found.record is not None
    assert (found.record.rows, found.record.why_not, found.doubted) == (ROWS, None, False)
    assert found.model.intervals is model.intervals
    frame, holdout = rows.to_pandas(), split.holdout.to_pandas()[["a", "b"]]
    last = Ridge(random_state=42) if task == "regression" else LogisticRegression(max_iter=1_000, random_state=42)
    by_hand = make_pipeline(StandardScaler(), last).fit(frame[["a", "b"]], frame["won"])
    wanted = by_hand.predict(holdout) if task == "regression" else by_hand.predict_proba(holdout)
    np.testing.assert_allclose(found.known, wanted, rtol=0, atol=1e-9)


def test_a_class_that_only_the_newest_rows_have_is_learned_by_the_refit_alone() -> None:
    rows, dataset = of_task("multiclass", new=60)
    split = split_rows(rows, dataset=dataset)
    (model,) = fit_candidates(split, dataset=dataset, candidates=[candidates_of("multiclass")["lightgbm"]])
    found = refitted(model, split, rows, dataset=dataset)
    assert (model.seen, found.model.seen) == ((0, 1, 2), (0, 1, 2, 3))
    assert found.known.shape == (split.holdout_rows, 4)
    options = FitOptions(calibration=Calibration.SIGMOID)
    chosen = [candidates_of("multiclass")["lightgbm"]]
    (calibrated,) = fit_candidates(split, dataset=dataset, candidates=chosen, options=options)
    refused = refitted(calibrated, split, rows, dataset=dataset)
    assert refused.record is not None
    assert refused.record.why_not == "its calibration was learned for other classes than these rows have"


def test_values_that_are_not_finite_are_no_plausible_refit() -> None:
    before = np.array([1.0, 2.0, 3.0])
    of = task_of("regression")
    require_plausible(refit=100 * before, judged=100 * before, learned=100 * before, task=of)
    with pytest.raises(RefitRefused, match="it does not say finite values"):
        require_plausible(refit=np.array([1.0, np.nan, 3.0]), judged=before, learned=before, task=of)
    with pytest.raises(RefitRefused, match="its mean absolute error on the holdout, from which it learned, would be"):
        require_plausible(refit=before + 5, judged=before, learned=before, task=of)


def test_a_contract_is_not_refitted_where_it_says_so_or_where_nobody_could_tell_what_was_learned() -> None:
    assert why_not_refit(DATASET) is None
    assert why_not_refit(replace(DATASET, retrain=DecisionPolicy(refit=False))) == (
        "the contract says `retrain: {refit: false}`"
    )
    without = replace(DATASET, time_column=None, id_columns=())
    assert "names no time_column and no id_columns, by which" in (why_not_refit(without) or "")
