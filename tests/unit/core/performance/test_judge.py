from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.events import Window
from courtside.core.drift.profiles.segments import MOST_SEGMENTS
from courtside.core.evaluation import auc, log_loss, majority_baseline, score
from courtside.core.gate.holdout import Holdout
from courtside.core.performance.estimate import UNDEFINED
from courtside.core.performance.judge import Judged, _values_in, judge
from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.promise import NOTHING, Promise, promise_of
from tests.unit.core.evaluation.samples import calibrated, expit
from tests.unit.core.performance.worlds import MONDAY, WEEK, World, served

LABELS, SAID, DAY = World(day_shift=0.4).draw(1, 400, days=7)


def line(found: list[Judged], metric: str, **wanted: object) -> Judged:
    wanted = {"part": None, "role": "champion", **wanted}
    (only,) = (
        each
        for each in found
        if each.line.metric == metric and all(getattr(each.line, key) == value for key, value in wanted.items())
    )
    return only


def test_a_window_has_a_line_for_each_metric_on_the_rows_whose_labels_are_known() -> None:
    found = judge(served(LABELS, SAID, DAY, unlabelled=30), WEEK, promises={})
    assert [each.line.metric for each in found] == [metric.name for metric in metrics_of("binary")]
    area = line(found, "auc")
    assert area.estimate.value == pytest.approx(score(auc, LABELS[:370], SAID[:370]))
    assert (area.rows, area.predicted, area.labelled, area.blocks) == (400, 400, 370, 7)
    assert area.promise == area.difference == UNDEFINED
    assert area.baseline is None


def test_days_are_the_blocks_of_a_week_and_rows_those_of_a_day() -> None:
    week = line(judge(served(LABELS, SAID, DAY), WEEK, promises={}), "log_loss")
    day = Window(start=MONDAY, end=MONDAY + timedelta(days=1))
    same = served(LABELS, SAID, np.zeros_like(DAY))
    alone = line(judge(same, day, promises={}), "log_loss")
    metric = next(each for each in metrics_of("binary") if each.name == "log_loss")
    assert week.estimate == metric.estimate(LABELS, SAID, DAY)
    assert alone.estimate == metric.estimate(LABELS, SAID, None)
    assert (week.blocks, alone.blocks) == (7, 400)
    assert line(judge(same, WEEK, promises={}), "log_loss").estimate.low is None


def test_any_text_may_be_class_1() -> None:
    words = served(LABELS, SAID, DAY)
    label = pa.array(["left" if each == "1" else "stayed" for each in words.column("label").to_pylist()])
    renamed = words.set_column(words.schema.get_field_index("label"), "label", label)
    left = {"3": Promise(positive="left")}
    assert judge(renamed, WEEK, promises=left) == judge(words, WEEK, promises={})


def test_segments_have_lines_of_their_own_and_rows_without_a_value_are_one() -> None:
    teams: list[str | None] = [None if row % 4 == 3 else f"t{row % 4}" for row in range(400)]
    table = served(LABELS, SAID, DAY, segments={"team": teams, "phase": ["late"] * 400}, unlabelled=100)
    found = judge(table, WEEK, promises={})
    parts = dict.fromkeys(each.line.part for each in found)
    assert list(parts) == [None, ("phase", "late"), ("team", "missing"), ("team", "t0"), ("team", "t1"), ("team", "t2")]
    mine = np.arange(400) % 4 == 1
    inside = mine & (np.arange(400) < 300)
    team = line(found, "log_loss", part=("team", "t1"))
    assert team.estimate.value == pytest.approx(score(log_loss, LABELS[inside], SAID[inside]))
    assert (team.rows, team.predicted, team.labelled) == (400, 100, 75)
    assert line(found, "auc", part=("phase", "late")).estimate == line(found, "auc").estimate


def test_a_window_has_the_segments_of_its_own_rows_only() -> None:
    before = served(LABELS, SAID, DAY, segments={"team": ["x"] * 400})
    after = served(LABELS, SAID, DAY, segments={"phase": ["late"] * 400})
    both = pa.concat_tables([before, after]).combine_chunks()
    for table, part in ((both.slice(0, 400), ("team", "x")), (both.slice(400), ("phase", "late"))):
        assert {each.line.part for each in judge(table, WEEK, promises={})} == {None, part}


MAPS = st.lists(
    st.none() | st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.sampled_from("xy")), max_size=3), max_size=8
)


@given(MAPS, st.integers(0, 8))
def test_a_segment_is_the_first_value_that_a_row_has_in_its_column(rows: list[Any], start: int) -> None:
    segments = pa.array(rows, pa.map_(pa.string(), pa.string())).slice(start)
    for column in "abc":
        found = _values_in(segments, column).to_pylist()
        assert found == [next((said for key, said in row or () if key == column), None) for row in rows[start:]]


def test_a_column_of_ids_gives_no_more_segments_than_the_most() -> None:
    table = served(LABELS, SAID, DAY, segments={"who": [f"c{max(row, 40)}" for row in range(400)]})
    parts = {each.line.part for each in judge(table, WEEK, promises={})}
    assert len(parts) == 1 + MOST_SEGMENTS
    assert ("who", "c40") in parts


def test_versions_in_their_roles_have_lines_champion_first_and_the_newest_first() -> None:
    tables = [
        served(LABELS, SAID, DAY, role=role, version=version)
        for role, version in [("shadow", "4"), ("previous", "9"), ("champion", "9"), ("champion", "10")]
    ]
    found = judge(pa.concat_tables(tables), WEEK, promises={})
    lines = list(dict.fromkeys((each.line.role, each.line.version) for each in found))
    assert lines == [("champion", "10"), ("champion", "9"), ("previous", "9"), ("shadow", "4")]
    assert {each.rows for each in found} == {400}


def test_a_shadow_is_compared_with_the_champion_on_the_rows_that_both_predicted() -> None:
    worse = expit(np.random.default_rng(3).normal(size=400))
    shadow = served(LABELS, worse, DAY, role="previous", version="2").slice(100)
    found = judge(pa.concat_tables([served(LABELS, SAID, DAY), shadow]), WEEK, promises={})
    area = line(found, "auc", role="previous")
    expected = score(auc, LABELS[100:], SAID[100:]) - score(auc, LABELS[100:], worse[100:])
    assert area.difference.value == pytest.approx(expected)
    assert area.difference.low is not None
    assert 0 < area.difference.low < expected
    assert (area.rows, area.predicted) == (400, 300)
    assert line(found, "auc").difference == UNDEFINED


def test_a_shadow_of_other_rows_has_no_difference() -> None:
    shadow = served(LABELS, SAID, DAY, role="shadow", version="2")
    ids = pa.array([f"other{row}" for row in range(400)])
    both = pa.concat_tables([served(LABELS, SAID, DAY), shadow.set_column(0, "id", ids)])
    found = line(judge(both, WEEK, promises={}), "log_loss", role="shadow")
    assert found.difference == UNDEFINED
    assert found.rows == 800


def test_a_champion_that_was_replaced_before_a_row_came_is_not_judged_by_it() -> None:
    first = served(LABELS, SAID, DAY, version="2", shown=np.arange(400) < 150)
    second = served(LABELS, SAID, DAY, version="3", shown=np.arange(400) >= 150)
    found = judge(pa.concat_tables([first, second]), WEEK, promises={})
    assert {(each.line.version, each.predicted, each.rows) for each in found} == {("3", 250, 400), ("2", 150, 400)}


def test_a_window_without_rows_or_labels_has_no_figures() -> None:
    table = served(LABELS, SAID, DAY, unlabelled=400)
    assert judge(table.slice(0, 0), WEEK, promises={}) == []
    assert {each.estimate for each in judge(table, WEEK, promises={})} == {UNDEFINED}


def test_a_promise_is_what_the_holdout_said_whole_and_by_its_segment() -> None:
    labels, logits = calibrated(9, 2_000)
    segments = np.array(["early", "late"])[np.arange(2_000) % 2]
    baseline = majority_baseline(labels[:500], rows=2_000)
    holdout = Holdout(labels, expit(logits), baseline=baseline, segments=segments)
    promise = promise_of(holdout, segment_column="phase", task="binary")
    table = served(LABELS, SAID, DAY, segments={"phase": ["late"] * 400, "team": ["x"] * 400})
    found = judge(table, WEEK, promises={"3": promise})
    late = segments == "late"
    assert line(found, "auc").promise.value == pytest.approx(score(auc, labels, expit(logits)))
    assert line(found, "auc", part=("phase", "late")).promise.value == pytest.approx(
        score(auc, labels[late], expit(logits)[late])
    )
    assert line(found, "auc", part=("team", "x")).promise == UNDEFINED
    assert line(found, "auc").baseline == 0.5
    constant = np.full(400, baseline[0])
    assert line(found, "log_loss").baseline == pytest.approx(score(log_loss, LABELS, constant))


def test_a_holdout_without_baseline_or_segment_promises_the_rest() -> None:
    labels, logits = calibrated(9, 200)
    promise = promise_of(Holdout(labels, expit(logits)), segment_column="phase", task="binary")
    assert promise.constant is None
    assert promise.of(("phase", "late"), "auc") is None
    assert promise.of(None, "auc") is not None
    assert NOTHING.of(None, "auc") is None
