"""The text shown for a p-value tells how the verdict was reached, even if the p-value rests on few windows."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.dataset import FeatureKind
from courtside.core.drift import CalibratedPolicy, Evidence
from courtside.core.drift.policies.policy import Judgement, Null
from courtside.core.drift.reports.report import FeatureDrift, Verdict
from courtside.core.report_page.wording import corrected

NEAR_ALPHA = st.floats(0, 0.06) | st.sampled_from([0.00996, 0.01, 0.01004, 0.0499, 0.05, 0.0501]) | st.floats(0, 1)


def seen(name: str, pvalue: float, *, null: Null = Null.HISTORY, windows: int | None = 52) -> Evidence:
    return Evidence(
        name=name,
        kind=FeatureKind.NUMERIC,
        reference_rows=1000,
        current_rows=1000,
        statistics={"psi_adjusted": 0.2, "ks": 0.2},
        effect=0.2,
        pvalue=pvalue,
        null=null,
        windows=windows,
    )


def reported(name: str, judgement: Judgement) -> FeatureDrift:
    return FeatureDrift(
        name=name,
        kind=FeatureKind.NUMERIC,
        statistics={},
        missing_rate=0.0,
        unseen_rate=0.0,
        effect=judgement.effect,
        p_adjusted=judgement.p_adjusted,
        values_lost=0.0,
        moved=judgement.drifted,
        drifted=judgement.drifted,
        verdict=Verdict.DRIFT if judgement.drifted else Verdict.NO_DRIFT,
        reason=", ".join(judgement.clauses),
        null=judgement.null,
        windows=judgement.windows,
        alpha=judgement.alpha,
    )


def judged(evidence: Sequence[Evidence], *, segments: int = 0) -> list[FeatureDrift]:
    found = CalibratedPolicy().judge(evidence, segments=segments)
    return [reported(each.name, judgement) for each, judgement in zip(evidence, found, strict=True)]


def test_p_values_below_one_window_show_on_which_side_of_alpha_they_are() -> None:
    drifted, quiet = judged([seen("a", 0.002), seen("b", 0.012)])
    assert (drifted.verdict, quiet.verdict) == (Verdict.DRIFT, Verdict.NO_DRIFT)
    assert [corrected(drifted), corrected(quiet)] == ["< 1/52, ≤ 0.01", "< 1/52, > 0.01"]
    assert quiet.reason.endswith(
        "seen in fewer than 1 of 52 quiet windows of its history, which corrected for 2 tests is over 0.01"
    )
    stored = quiet.to_dict()
    assert (stored["p_adjusted"], stored["alpha"], stored["windows"]) == (0.012, 0.01, 52)


def test_the_reason_gives_a_corrected_p_value_that_is_precise_enough() -> None:
    *_, quiet = judged(
        [seen("a", 0.8, null=Null.ENTITIES, windows=None), seen("b", 0.04, null=Null.ENTITIES, windows=None)]
    )
    assert quiet.reason.endswith("which corrected for 2 tests is 0.08, over 0.05")


@given(
    pvalues=st.lists(NEAR_ALPHA, min_size=2, max_size=12),
    null=st.sampled_from([*Null]),
    windows=st.integers(1, 300),
    segments=st.integers(0, 3),
)
def test_p_values_shown_as_equal_were_judged_equally(
    pvalues: list[float], null: Null, windows: int, segments: int
) -> None:
    known = windows if null is Null.HISTORY else None
    features = judged(
        [seen(f"x{place}", p, null=null, windows=known) for place, p in enumerate(pvalues)], segments=segments
    )
    shown = [corrected(each) for each in features]
    assert len(set(zip(shown, [each.drifted for each in features], strict=True))) == len(set(shown))


@pytest.mark.parametrize("alpha", [1e-6, 0.01, 0.2])
def test_the_judgement_reports_the_alpha_of_the_policy(alpha: float) -> None:
    (judgement,) = CalibratedPolicy(alpha=alpha).judge([seen("a", alpha)])
    assert (judgement.drifted, judgement.alpha) == (True, alpha)
