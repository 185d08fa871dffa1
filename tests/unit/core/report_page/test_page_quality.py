"""The report says at a glance where values are missing or new, and draws each feature's shape on its line."""

from collections.abc import Sequence

import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, check, fit
from courtside.core.report_page import render_page
from courtside.core.report_page.thumbnail import HEIGHT, WIDTH, thumbnail
from tests.unit.core.report_page.pages import parsed, text_of

FEATURES = [Feature("age", FeatureKind.NUMERIC), Feature("plan", FeatureKind.CATEGORICAL)]
AGES: list[float | None] = [20.0 + row % 40 for row in range(400)]
PLANS: list[str | None] = ["basic", "plus"] * 200
REFERENCE = fit(pa.table({"age": AGES, "plan": PLANS}), FEATURES)


def rows_of(ages: Sequence[float | None], plans: Sequence[str | None]) -> list[list[str]]:
    current = REFERENCE.summarize(pa.table({"age": ages, "plan": plans}))
    tree = parsed(render_page(check(REFERENCE, current, ClassicPolicy()), REFERENCE, current))
    shown = tree.findall(".//section[@aria-labelledby='quality']//tbody/tr")
    assert bool(shown) is not ("No value is missing" in text_of(tree))
    return [["".join(cell.itertext()) for cell in row] for row in shown]


def test_features_with_gaps_or_new_values_are_listed_the_largest_change_first() -> None:
    gaps = [None if row % 10 == 0 else age for row, age in enumerate(AGES)]
    new = ["gold" if row % 4 == 0 else plan for row, plan in enumerate(PLANS)]
    assert rows_of(gaps, new) == [["plan", "0 %", "0 %", "25 %"], ["age", "0 %", "10 %", "0 %"]]


def test_a_report_without_gaps_and_new_values_says_so() -> None:
    assert rows_of(AGES, PLANS) == []


def test_a_thumbnail_holds_both_shapes_within_its_frame() -> None:
    shifted = REFERENCE.summarize(pa.table({"age": pa.array(AGES, pa.float64()), "plan": PLANS[::-1]}))
    for name in ("age", "plan"):
        drawn = parsed(f"<!doctype html>\n{thumbnail(REFERENCE.by_name[name], shifted.by_name[name])}")
        assert [each.get("class") for each in drawn] == ["reference-area", "current-line"]
        for each in drawn:
            numbers = [float(number) for number in each.get("d", "").strip("MZ").split()]
            assert min(numbers) >= 0
            assert max(numbers[::2]) == WIDTH
            assert max(numbers[1::2]) < HEIGHT
