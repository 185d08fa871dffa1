"""Promise tests look at new evidence alone, and say the same as if all of it had come at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from courtside.contracts import training_keys
from courtside.contracts.scoring import PromiseTest
from courtside.core.performance.rules import PerformanceRules
from tests.fakes.judging import MONDAY, JudgedLoans, days

WEEKS = 5
LAST = MONDAY + days(7 * WEEKS)
WHEN = ("as_of", "recorded_at", "files", "stated_on", "statement")


def weeks(stage: JudgedLoans, count: int, *, first: int = 0, wrong: int = 1) -> None:
    for number in range(first, first + count):
        stage.week(MONDAY + days(7 * number), wrong=wrong)


@pytest.fixture(scope="module")
def bad() -> JudgedLoans:
    """A stage whose champion is wrong about half of the loans, for five weeks that nobody has judged."""
    stage = JudgedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    weeks(stage, WEEKS, wrong=6)
    return stage


@pytest.fixture
def stage(bad: JudgedLoans) -> JudgedLoans:
    return bad.copied()


def what(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in WHEN} for row in rows]


def last(stage: JudgedLoans, **wanted: Any) -> dict[str, Any]:
    return stage.tests(**{"opponent": "promise"} | wanted)[-1]


def of(tests: tuple[PromiseTest, ...], opponent: str) -> PromiseTest:
    (found,) = [each for each in tests if each.opponent == opponent]
    return found


def note(stage: JudgedLoans) -> str:
    return next(key for key in stage.lake.objects if key.endswith("_sequences.json"))


def test_a_champion_that_breaks_its_promise_is_found_out(stage: JudgedLoans) -> None:
    done = stage.check(LAST)
    promise = of(done.tests, "promise")
    assert (promise.version, promise.outcome, promise.loss) == ("1", "worse", "log_loss")
    assert (promise.days, promise.rows) == (7 * WEEKS, 12 * 7 * WEEKS)
    assert promise.low is not None
    assert 0 < promise.low < promise.difference
    assert promise.since is not None
    assert MONDAY < promise.since < LAST
    assert [each.opponent.value for each in done.tests] == [
        "promise", "best_promise", "baseline", "recalibrated"
    ]  # fmt: skip
    assert {row["loss"] for row in stage.tests(loss="brier_score")} == {"brier_score"}


@pytest.mark.parametrize(("wrong", "ranking"), [(0, "held"), (6, "broke")])
def test_probabilities_that_are_off_are_told_from_a_ranking_that_broke(
    stage: JudgedLoans, wrong: int, ranking: str
) -> None:
    for day in stage.amounts:
        stage.repay(day, wrong=wrong)
    test = of(stage.check(LAST).tests, "recalibrated")
    assert (test.calibration, test.ranking) == ("broken", ranking)
    assert test.since is not None


def test_looks_week_by_week_say_in_the_end_what_one_look_says(stage: JudgedLoans) -> None:
    at_once = stage.copied()
    at_once.check(LAST)
    for number in range(1, WEEKS + 1):
        stage.check(MONDAY + days(7 * number))
    assert what(stage.tests(as_of=LAST)) == what(at_once.tests())
    assert len({row["as_of"] for row in stage.tests()}) == WEEKS
    assert what(stage.evidence()) == what(at_once.evidence())


def test_a_look_without_new_evidence_says_nothing(stage: JudgedLoans) -> None:
    stage.check(LAST)
    before = dict(stage.lake.objects)
    assert stage.check(LAST).tests == ()
    assert stage.lake.objects == before
    known = (len(stage.evidence()), len(stage.tests()))
    assert stage.check(LAST + days(3)).tests == ()
    assert stage.check(LAST - days(9)).tests == ()
    assert (len(stage.evidence()), len(stage.tests())) == known


def test_labels_that_change_turn_what_is_said(stage: JudgedLoans) -> None:
    right = stage.copied()
    for day in stage.amounts:
        right.repay(day, wrong=0)
    right.check(LAST + days(1))
    stage.check(LAST)
    assert last(stage)["outcome"] == "worse"
    for day in stage.amounts:
        stage.repay(day, wrong=0)
    turned = of(stage.check(LAST + days(1)).tests, "promise")
    assert (turned.outcome, turned.since) == ("equivalent", None)
    assert what([last(stage)]) == what([last(right)])
    assert last(stage, as_of=LAST)["outcome"] == "worse"  # what was known then is kept


def test_a_correction_in_an_old_week_is_counted_there(stage: JudgedLoans) -> None:
    stage.dataset = replace(stage.dataset, label_delay=days(12))
    corrected, old = stage.copied(), MONDAY + days(14)
    corrected.repay(old, wrong=12)
    corrected.check(LAST)
    stage.check(LAST)  # labels of that week are not awaited any more
    before = last(stage)
    stage.repay(old, wrong=12)
    assert stage.check(LAST + days(1)).restated == 1
    assert what([last(stage)]) == what([last(corrected)]) != what([before])


def test_labels_that_are_taken_back_are_no_evidence_any_more(stage: JudgedLoans) -> None:
    stage.check(LAST)
    for number in range(7):
        stage.repay(MONDAY + days(number), known=0)
    assert of(stage.check(LAST + days(1)).tests, "promise").days == 7 * (WEEKS - 1)
    assert last(stage)["first_day"] == MONDAY + days(7)


@pytest.mark.parametrize("content", [None, b"{", b'{"format": 1}', b""])
def test_the_note_only_saves_work(stage: JudgedLoans, content: bytes | None) -> None:
    stage.check(LAST - days(7))
    whole = stage.copied()
    whole.check(LAST)
    key = note(stage)
    if content is None:
        del stage.lake.objects[key]
    else:
        stage.lake.objects[key] = content
    stage.check(LAST)
    assert what(stage.tests()) == what(whole.tests())
    assert what(stage.evidence()) == what(whole.evidence())
    assert stage.lake.objects[key] == whole.lake.objects[key]


def test_weeks_that_were_judged_before_there_were_tests_are_made_up_for(stage: JudgedLoans) -> None:
    stage.check(LAST)
    expected = what([last(stage)])
    for key in [key for key in stage.lake.objects if key.startswith(("archive/evidence/", "archive/promise_tests/"))]:
        del stage.lake.objects[key]
    done = stage.check(LAST + days(400))
    assert (done.stated, done.restated) == (0, 0)
    assert what([last(stage)]) == expected


def test_an_off_season_adds_nothing_and_the_test_goes_on_after_it(stage: JudgedLoans) -> None:
    stage.check(LAST)
    summer = LAST + days(70)
    assert stage.check(summer).tests == ()
    weeks(stage, 1, first=WEEKS + 10, wrong=6)
    promise = of(stage.check(summer + days(7)).tests, "promise")
    assert promise.days == 7 * (WEEKS + 1)
    assert (last(stage)["first_day"], last(stage)["last_day"]) == (MONDAY, summer + days(6))


def test_a_new_champion_has_a_test_of_its_own_and_the_best_promise_goes_on(stage: JudgedLoans) -> None:
    stage.check(LAST)
    before = last(stage)
    stage.promote("2", 0.9)
    stage.promised("2")
    stage.shadowed_by("previous")
    weeks(stage, 1, first=WEEKS, wrong=6)
    tests = stage.check(LAST + days(7)).tests
    assert {each.version for each in tests} == {"2"}
    assert (of(tests, "promise").days, of(tests, "promise").outcome) == (7, "not_known")
    assert of(tests, "best_promise").days == 7 * (WEEKS + 1)
    assert (of(tests, "previous").opponent_version, of(tests, "previous").rows) == ("1", 84)
    assert what([last(stage, version="1")]) == what([before])


def test_a_version_that_promised_nothing_is_still_held_to_the_best_promise(stage: JudgedLoans) -> None:
    stage.check(LAST)
    stage.promote("2", 0.9)
    weeks(stage, 1, first=WEEKS, wrong=6)
    tests = stage.check(LAST + days(7)).tests
    assert [(each.version, each.opponent.value) for each in tests] == [("2", "best_promise"), ("2", "recalibrated")]
    assert (tests[0].opponent_version, tests[0].days) == ("1", 7 * (WEEKS + 1))


def test_where_nothing_was_promised_only_the_calibration_is_tested(stage: JudgedLoans) -> None:
    del stage.lake.objects[training_keys.training_holdout(stage.dataset.name, "t1")]
    done = stage.check(LAST)
    assert done.stated == WEEKS
    assert [(each.opponent.value, each.ranking) for each in done.tests] == [("recalibrated", "not_known")]
    looked = dict(stage.lake.objects)
    stage.check(LAST)
    assert stage.lake.objects == looked


def test_another_length_of_windows_counts_no_day_twice(stage: JudgedLoans) -> None:
    stage.check(LAST)
    before = last(stage)
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(window=days(1)))
    stage.repay(LAST - days(1), wrong=2)
    promise = of(stage.check(LAST + days(1)).tests, "promise")
    assert (promise.days, promise.rows) == (before["days"], before["rows"])
    assert promise.difference < before["difference"]


def test_another_margin_says_what_the_same_evidence_means_by_it(stage: JudgedLoans) -> None:
    stage.check(LAST)
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(margin=1.0))
    found = of(stage.check(LAST + days(1)).tests, "baseline")
    assert found.margin == pytest.approx(100 * last(stage, as_of=LAST, opponent="baseline")["margin"])


def test_as_of_an_earlier_day_only_what_was_known_then_counts(stage: JudgedLoans) -> None:
    stage.check(LAST - days(14))
    weeks(stage, 1, first=WEEKS)
    stage.check(LAST + days(7))
    kept = stage.lake.objects[note(stage)]
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(margin=0.5))
    done = stage.check(LAST - days(13))
    assert of(done.tests, "promise").days == 7 * (WEEKS - 2)
    assert stage.lake.objects[note(stage)] == kept
    assert last(stage)["as_of"] == LAST + days(7)


def test_what_is_settled_is_not_read_again(stage: JudgedLoans) -> None:
    stage.dataset = replace(stage.dataset, label_delay=days(7))
    stage.check(LAST)
    read: list[str] = []
    whole = type(stage.lake).read

    class Watched(type(stage.lake)):  # type: ignore[misc]  # the lake's class is known only here
        def read(self, key: str, *, version_id: str | None = None) -> bytes:
            read.append(key)
            return whole(self, key, version_id=version_id)

    weeks(stage, 1, first=WEEKS)
    stage.lake.__class__ = Watched
    stage.check(LAST + days(7))
    evidence = {key.split("dt=")[1][:10] for key in read if "evidence" in key and "dt=" in key}
    assert evidence <= {str(LAST - days(7)), str(LAST)}
    assert date.fromisoformat(min(evidence)) >= LAST - days(7)
