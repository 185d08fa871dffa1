"""The page lists all segments in a table and names at the top the drift that only one of them shows."""

from dataclasses import replace

from courtside.core.drift import CalibratedPolicy, check
from courtside.core.drift.story import headline
from courtside.core.report_page import render_page
from tests.unit.core.drift import plans
from tests.unit.core.report_page.test_page import parsed, text_of


def test_the_page_has_a_table_of_segments_and_names_the_drifted_one_at_the_top() -> None:
    known = plans.reference()
    current = known.summarize(plans.rows(1_500, seed=2, start=plans.LATER, shift=0.7))
    report = check(known, current, CalibratedPolicy())
    text = text_of(parsed(render_page(report, known, current)))
    assert "Drift: no feature drifted in all rows, but some did in 1 segment." in text
    (found,) = report.segments_drifted
    assert f"What moved {headline.segment(found)}" in text
    assert f"plan = 'pro' {found.reference_rows:,} {found.current_rows:,} drift use (effect 0." in text
    assert "plan = 'trial' 136 12 not enough data" in text
    plain = render_page(replace(report, segments=()), known, current)
    assert "egment" not in text_of(parsed(plain))
