"""A move that is no larger than the reference's own moves is called usual, which is neither drift nor quiet."""

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.decision import Action
from courtside.core.drift import CalibratedPolicy, DriftReport, Evidence, Verdict, check, fit
from courtside.core.drift.policies.policy import Judgement, Null
from courtside.core.report_page import render_page
from tests.fakes.decided import decided

CUSTOMER = Feature("x", FeatureKind.NUMERIC, entity=("customer", "year"))


def judged(*, effect: float, pvalue: float, steps: tuple[float, ...] = (), null: Null = Null.ENTITIES) -> Judgement:
    seen = Evidence(
        name="x",
        kind=FeatureKind.NUMERIC,
        reference_rows=1000,
        current_rows=1000,
        statistics={"psi_adjusted": 0.0, "ks": effect},
        effect=effect,
        pvalue=pvalue,
        steps=steps,
        null=null,
    )
    return CalibratedPolicy().judge([seen])[0]


@pytest.mark.parametrize(
    ("effect", "pvalue", "steps", "word"),
    [
        (0.30, 0.001, (), "drift"),
        (0.30, 0.001, (0.1, 0.2), "drift"),
        (
            0.30,
            0.001,
            (0.1, 0.4),
            "drift",
        ),  # one large step of two is a break and must not hide the next
        (
            0.30,
            0.001,
            (0.3, 0.4),
            "drift",
        ),  # single years differ more from each other than from all years
        (0.30, 0.001, (0.4, 0.4), "usual"),
        (0.30, 0.001, (0.4,), "usual"),  # the only two years differ by as much
        (0.30, 0.001, (0.5, 0.6, *[0.1] * 5), "drift"),
        (0.30, 0.001, (0.5, 0.6, 0.5, *[0.1] * 7), "usual"),
        (0.43, 0.2, (), "usual"),
        (0.43, 0.2, (0.1, 0.1), "usual"),
        (0.12, 0.2, (0.2, 0.2), "quiet"),
        (0.05, 0.001, (0.2, 0.2), "quiet"),
    ],
)
def test_the_verdict_follows_from_effect_p_value_and_steps_between_years(
    effect: float, pvalue: float, steps: tuple[float, ...], word: str
) -> None:
    found = judged(effect=effect, pvalue=pvalue, steps=steps)
    assert (found.drifted, found.usual) == (word == "drift", word == "usual")
    if word == "usual" and steps and max(steps) >= effect:
        assert "its " in found.clauses[-1]
        assert "years" in found.clauses[-1]


@pytest.mark.parametrize(("null", "drifted"), [(Null.ENTITIES, True), (Null.HISTORY, False)])
def test_a_null_of_entities_allows_a_larger_p_value(null: Null, *, drifted: bool) -> None:
    assert judged(effect=0.2, pvalue=0.03, null=null).drifted is drifted


def rows(levels: dict[int, float], *, seed: int = 1) -> pa.Table:
    """Return rows of 60 customers a year, all of whom share the level of their year."""
    rng = np.random.default_rng(seed)
    parts = []
    for year, level in levels.items():
        customer = np.repeat(np.arange(60), 20)
        values = level + np.repeat(rng.normal(0, 0.5, 60), 20) + rng.normal(size=customer.size)
        day = np.datetime64(f"{year}-01-10") + rng.integers(0, 300, customer.size)
        made = {"customer": customer, "year": np.full(customer.size, year), "x": values, "day": day}
        parts.append(pa.table({name: pa.array(value) for name, value in made.items()}))
    return pa.concat_tables(parts)


def report_on(before: dict[int, float], now: float) -> DriftReport:
    reference = fit(rows(before), [CUSTOMER], time_column="day", calibrated=True)
    return check(reference, reference.summarize(rows({2024: now}, seed=2)), CalibratedPolicy())


def test_a_move_is_usual_if_earlier_years_moved_as_much() -> None:
    calm = report_on({2021: 0.0, 2022: 0.1, 2023: 0.0}, 0.8)
    restless = report_on({2021: 0.0, 2022: 2.0, 2023: 0.0}, -0.4)
    assert [report.features[0].verdict for report in (calm, restless)] == [Verdict.DRIFT, Verdict.USUAL]
    assert restless.features_usual == ("x",)
    assert not restless.drift_detected
    found = restless.to_dict()["features"]["x"]
    assert (found["verdict"], found["history"]) == ("usual", {"as_large": 2, "steps": 2})
    assert decided(restless).action is Action.NOTHING
    assert decided(restless).rule == "usual"


def test_the_page_marks_a_usual_move_and_shows_the_steps_between_years() -> None:
    before, window = rows({2021: 0.0, 2022: 2.0, 2023: 0.0}), rows({2024: -0.4}, seed=2)
    reference = fit(before, [CUSTOMER], time_column="day", calibrated=True)
    current = reference.summarize(window)
    report = check(reference, current, CalibratedPolicy())
    page = render_page(report, reference, current)
    assert "badge usual" in page
    assert "<dt>Usual</dt><dd>x: moved, but no more than the reference itself shows</dd>" in page
    assert "badge quiet" not in page
    assert "as large in 2 of 2 steps between its years" in page
    assert "KS 0." in page
