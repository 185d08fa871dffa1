"""The page is well-formed, escaped, reproducible and readable for every verdict."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, Policy, Profile, Verdict, check, fit
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.drift.statistics import KEYS
from courtside.core.pages.wording import DASH
from courtside.core.report_page import render_page
from courtside.core.report_page.wording import statistic
from tests.unit.core.drift.calibration.streams import NUMBERS, YEAR, stream, until
from tests.unit.core.drift.story.windows import FEATURES, FIRST, REFERENCE, league, points, told
from tests.unit.core.drift.turned import DAYS, reference, turned
from tests.unit.core.report_page.pages import MOVED, STEP, page_of, parsed, text_of

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'\x00\u202e"


def test_the_top_of_the_page_tells_what_an_operator_asks_first() -> None:
    text = text_of(parsed(page_of(MOVED, decision_text="2 of 4 features moved: retraining", title="NBA games")))
    for said in (
        "NBA games",
        "Drift: 2 of 4 features moved.",
        "Severity: medium",
        "It began: 2 Feb 2026",
        "What Courtside decided: 2 of 4 features moved: retraining",
        MOVED.report.groups[0].headline,
        "2,240 rows, 5 Jan 2026 \N{EN DASH} 1 Mar 2026",
        "classic",
    ):
        assert said in text, said


def test_every_feature_has_a_line_a_card_and_charts_with_descriptions() -> None:
    tree = parsed(page_of(MOVED))
    assert len(tree.findall(".//ol/li")) == len(tree.findall(".//article")) == 4
    charts = tree.findall(".//svg[@role='img']")
    assert len(charts) == 8
    assert len(tree.findall(".//ol/li//svg[@aria-hidden='true']")) == 4
    assert len(tree.findall(".//svg")) == 12
    for chart in charts:
        title, described = chart.find("title"), chart.find("desc")
        assert title is not None
        assert described is not None
        assert title.text
        assert described.text
        assert chart.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    ids = Counter(found.get("id") for found in tree.iter() if found.get("id"))
    assert set(ids.values()) == {1}
    assert {link.get("href", "").removeprefix("#") for link in tree.iter("a")} <= ids.keys()


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = page_of(MOVED)
    tree = parsed(page)
    assert not {found.tag for found in tree.iter()} & {"script", "img", "link", "iframe", "object", "image", "use"}
    names = {name for found in tree.iter() for name in found.attrib}
    assert not {name for name in names if name.startswith("on") or name in {"src", "srcset", "action"}}
    assert all(link.get("href", "").startswith("#") for link in tree.iter("a"))
    assert "url(" not in page
    assert "@import" not in page
    policies = [found.get("content", "") for found in tree.iter("meta") if found.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_hostile_names_are_shown_as_plain_text_everywhere() -> None:
    features = [Feature(HOSTILE, FeatureKind.NUMERIC), Feature("level", FeatureKind.CATEGORICAL)]
    days = pa.array([FIRST + timedelta(days=row // 20) for row in range(400)])
    before = pa.table({HOSTILE: pa.array(np.arange(400.0)), "level": ["a", HOSTILE] * 200, "day": days})
    after = pa.table(
        {HOSTILE: pa.array(np.arange(400.0) + 300), "level": [HOSTILE, f"new {HOSTILE}"] * 200, "day": days}
    )
    reference = fit(before, features, time_column="day")
    story = told(after, reference=reference)
    page = render_page(story.report, reference, story.current, decision_text=HOSTILE, title=HOSTILE)
    tree = parsed(page)
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\u202e", "\ufffd")
    assert text_of(tree).count(shown) >= 8
    assert not {found.tag for found in tree.iter()} & {"script", "img"}
    assert "<script" not in page
    assert "onerror=alert(2)>" not in page


def test_very_long_names_and_levels_are_shortened() -> None:
    name, level = "n" * 5000, "l" * 5000
    days = pa.array([FIRST + timedelta(days=row // 20) for row in range(400)])
    reference = fit(
        pa.table({name: ["a", level] * 200, "day": days}), [Feature(name, FeatureKind.CATEGORICAL)], time_column="day"
    )
    story = told(pa.table({name: [f"new {level}", level] * 200, "day": days}), reference=reference)
    page = render_page(story.report, reference, story.current)
    assert "l" * 200 not in page
    assert "n" * 200 not in page
    assert "l" * 200 not in str(story.report.to_dict())


@pytest.mark.parametrize(
    ("verdict", "headline", "badge"),
    [
        (Verdict.NO_DRIFT, "No drift: none of 4 features moved.", "no drift"),
        (Verdict.DRIFT, "Drift: 4 of 4 features moved.", "drift"),
        (Verdict.INSUFFICIENT_DATA, "Not enough data to tell whether anything drifted.", "not enough data"),
        (Verdict.MISSING_COLUMN, "Repair the data: 4 columns of 4 cannot be compared.", "column missing"),
        (Verdict.WRONG_TYPE, "Repair the data: 4 columns of 4 cannot be compared.", "wrong type"),
        (Verdict.ALL_MISSING, "Repair the data: 4 columns of 4 cannot be compared.", "no values"),
        (Verdict.MORE_MISSING, "Repair the data: 4 columns of 4 with many more gaps.", "more missing"),
    ],
)
def test_every_verdict_has_a_headline_and_a_badge(verdict: Verdict, headline: str, badge: str) -> None:
    quiet = verdict in {Verdict.NO_DRIFT, Verdict.INSUFFICIENT_DATA}
    story = told(league())
    features = tuple(replace(found, verdict=verdict, drifted=not quiet) for found in story.report.features)
    tree = parsed(render_page(replace(story.report, features=features), REFERENCE, story.current))
    assert headline in text_of(tree)
    badges = [found for found in tree.iter("span") if (found.get("class") or "").startswith("badge")]
    assert len(badges) == 8
    for found in badges:
        sign, *words = "".join(found.itertext()).split(" ", 1)
        assert words == [badge]
        assert len(sign) == 1


def test_psi_of_equal_width_bins_is_listed_for_numeric_features() -> None:
    for card in parsed(page_of(MOVED)).iter("article"):
        rows = {row[0].text: row[1].text for row in card.iter("tr") if row[0].text}
        feature = MOVED.feature("".join(card[0][0].itertext()))
        numeric = feature.kind is FeatureKind.NUMERIC
        shown = statistic(feature.statistic("psi_equal_width")) if numeric else None
        assert rows.get("PSI of equal-width bins, as older reports have it") == shown


def test_an_unknown_value_is_shown_as_a_dash() -> None:
    story = told(league())
    for unknown in (None, float("nan"), float("inf")):
        features = tuple(
            replace(found, statistics=dict.fromkeys(KEYS, unknown), effect=unknown, p_adjusted=unknown)
            for found in story.report.features
        )
        tree = parsed(render_page(replace(story.report, features=features), REFERENCE, story.current))
        card = next(tree.iter("article"))
        cells = {row[0].text: [cell.text for cell in row[1:]] for row in card.iter("tr") if row[0].text}
        assert cells["PSI"][0] == cells["Effect, p corrected"][0] == cells["Effect, p corrected"][1] == DASH
        assert not {"nan", "None", "inf", "-inf"} & {cell for row in cells.values() for cell in row}
        assert f"effect {DASH}" in text_of(tree)


def test_a_window_without_values_is_rendered_with_an_explanation() -> None:
    story = told(league(home_points=pa.nulls(2240, pa.float64()), rest=None, venue=[1] * 2240))
    text = text_of(parsed(page_of(story)))
    assert "The current window holds no usable value." in text
    assert "No sub-window holds a usable value." in text


def test_a_report_without_a_story_is_rendered() -> None:
    current = REFERENCE.summarize(league(home_points=points(104, STEP, seed=6)))
    report = check(REFERENCE, current, ClassicPolicy())
    tree = parsed(render_page(report, REFERENCE, current))
    assert len(tree.findall(".//svg[@role='img']")) == 4
    assert report.features[0].reason in text_of(tree)


def test_the_page_names_the_policy_and_how_it_estimates_chance() -> None:
    def policy_on(reference: Profile, policy: Policy, window: pa.Table) -> str:
        current = reference.summarize(window)
        tree = parsed(render_page(check(reference, current, policy), reference, current))
        facts = {pair[0].text: pair[1].text for pair in tree.findall(".//dl/div")}
        return facts["Policy"] or ""

    table, window = league(seed=0, days=180), league()
    dated = fit(table, FEATURES, time_column="day", calibrated=True)
    report = check(dated, dated.summarize(window), CalibratedPolicy())
    assert report.null_windows is not None
    assert report.null_windows.days == 16
    worth = f"worth {report.null_windows.count} independent ones"
    said = f"calibrated; p-values from the reference's own history: windows of 16 days, {worth}"
    assert policy_on(dated, CalibratedPolicy(), window) == said
    one_day = policy_on(dated, CalibratedPolicy(), league(days=1, per_day=400))
    assert one_day == (
        "calibrated; p-values from the reference's own history: windows of a day, worth 200 independent ones"
    )
    independent = "calibrated; rows taken as independent: the reference has "
    assert policy_on(fit(table, FEATURES), CalibratedPolicy(), window) == f"{independent}no time column"
    assert policy_on(REFERENCE, CalibratedPolicy(), window) == f"{independent}no history to compare with"
    assert policy_on(REFERENCE, ClassicPolicy(), window).startswith("classic; fixed thresholds")


def test_the_page_explains_why_only_a_part_of_the_reference_is_used() -> None:
    table = fit(stream(3 * YEAR, seed=1, mean=until(1)), NUMBERS, time_column="day", calibrated=True)
    window = table.summarize(stream(30, seed=2, start=3 * YEAR))
    tree = parsed(render_page(check(table, window, CalibratedPolicy()), table, window))
    facts = {pair[0].text: pair[1].text or "" for pair in tree.findall(".//dl/div")}
    assert facts["Reference"].endswith(f"1 Jan 2015 {DASH} 30 Dec 2016")
    said = facts["Why not all of it"]
    assert said.startswith("the reference disagrees with itself: x")
    assert said.endswith(
        "moved before 1 Jan 2015, by KS or total variation; windows are compared with its rows since then, not with "
        "all 8,760"
    )
    assert "Why not all of it" not in text_of(parsed(page_of(MOVED)))


def test_files_that_were_set_aside_are_named() -> None:
    assert "set aside" not in text_of(parsed(page_of(MOVED)))
    files = tuple(QuarantinedFile(f"dt={n}/<a>.parquet", TableSide.CURRENT, "it is cut short") for n in range(14))
    text = text_of(parsed(render_page(replace(MOVED.report, files_quarantined=files), REFERENCE, MOVED.current)))
    assert "14 files set aside, not counted dt=0/<a>.parquet (current): it is cut short" in text
    assert "and 2 more" in text


def test_the_same_report_gives_the_same_bytes() -> None:
    stored = Profile.from_bytes(REFERENCE.to_bytes())
    current = Profile.from_bytes(MOVED.current.to_bytes())
    assert render_page(MOVED.report, stored, current) == page_of(MOVED)


def test_the_page_of_a_wide_table_stays_small() -> None:
    rng = np.random.default_rng(9)
    features = [Feature(f"feature_{number:03}", FeatureKind.NUMERIC) for number in range(300)]
    table = pa.table({feature.name: pa.array(rng.normal(size=400)) for feature in features})
    reference = fit(table, features)
    current = reference.summarize(table)
    page = render_page(check(reference, current, ClassicPolicy()), reference, current)
    tree = parsed(page)
    assert len(tree.findall(".//article")) == 60
    assert len(tree.findall(".//ol/li")) == 300
    assert "240 more features are in the report's JSON form." in text_of(tree)
    assert len(page.encode()) < 600_000


def test_a_window_of_one_day_is_rendered() -> None:
    story = told(league(days=1, per_day=400, start=date(2026, 3, 1)))
    assert len(story.parts) == 1
    assert "1 Mar 2026" in text_of(parsed(page_of(story)))


def test_sub_windows_of_few_rows_are_drawn_differently_with_their_number() -> None:
    drifted = next(feature for feature in MOVED.report.features if feature.drifted)
    assert drifted.trend is not None
    first, *others = drifted.trend.points
    trend = replace(drifted.trend, points=(replace(first, rows=12), *(replace(point, rows=400) for point in others)))
    features = tuple(replace(each, trend=trend if each is drifted else None) for each in MOVED.report.features)
    page = render_page(replace(MOVED.report, features=features), REFERENCE, MOVED.current)
    tree = parsed(page)
    assert "n = 12" in text_of(tree)
    assert "n = 400" not in text_of(tree)
    assert (page.count('class="few-dot"'), page.count('class="few-bar"')) == (1, 1)
    assert page.count('class="current-dot"') == len(others)


def test_a_p_value_is_no_more_precise_than_the_number_of_its_windows() -> None:
    features = tuple(replace(each, p_adjusted=1e-9, windows=36) for each in MOVED.report.features)
    text = text_of(parsed(render_page(replace(MOVED.report, features=features), REFERENCE, MOVED.current)))
    assert text.count("< 1/36") == len(features)


def test_the_page_distinguishes_p_values_that_look_alike() -> None:
    drifted, quiet, *others = MOVED.report.features
    features = (
        replace(drifted, p_adjusted=0.003, windows=52, alpha=0.01),
        replace(quiet, p_adjusted=0.012, windows=52, alpha=0.01),
        *others,
    )
    text = text_of(parsed(render_page(replace(MOVED.report, features=features), REFERENCE, MOVED.current)))
    assert (text.count("< 1/52, ≤ 0.01"), text.count("< 1/52, > 0.01")) == (1, 1)


def test_figures_are_shown_even_for_too_few_rows() -> None:
    reference = fit(pa.table({"x": np.arange(1000.0)}), [Feature("x", FeatureKind.NUMERIC)])
    current = reference.summarize(pa.table({"x": np.arange(900.0, 950.0)}))
    report = check(reference, current, CalibratedPolicy())
    text = text_of(parsed(render_page(report, reference, current)))
    assert "not enough data" in text
    assert "effect 0.9" in text


def test_the_page_reports_drift_of_the_whole_table_without_drifted_features() -> None:
    known = reference()
    current = known.summarize(turned(3, days=10, correlation=-0.6, first_day=DAYS))
    report = check(known, current, CalibratedPolicy())
    text = text_of(parsed(render_page(report, known, current)))
    assert "Drift: no feature drifted by itself, but the table did as a whole." in text
    assert f"What moved The table as a whole: {report.table_drifted[0].reason}" in text
    quiet = known.summarize(turned(3, days=10, correlation=0.6, first_day=DAYS))
    text = text_of(parsed(render_page(check(known, quiet, CalibratedPolicy()), known, quiet)))
    assert "No drift: none of 4 features moved." in text
    assert "The table as a whole no drift; what stands out most: the rank correlation of " in text
