from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.backtest.changes import Answers, ChangesOverlap, KnownChange, answers

FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=600)
PATIENCE = timedelta(days=60)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def answered(*acts: int, changes: list[KnownChange]) -> Answers:
    return answers(map(day, acts), changes, since=FIRST, until=LAST, patience=PATIENCE)


SUDDEN = KnownChange.sudden(day(200))


def test_the_first_act_after_a_change_answers_it_and_a_second_one_is_not_false() -> None:
    found = answered(250, 212, changes=[SUDDEN])
    assert (found.delays, found.missed, found.false, found.delay) == ((12,), 0, 0, 12.0)


def test_an_act_on_the_day_of_the_change_answers_it_at_once() -> None:
    assert answered(200, changes=[SUDDEN]).delays == (0,)


def test_acts_before_a_change_and_long_after_its_answer_are_false() -> None:
    found = answered(199, 210, 260, changes=[SUDDEN])
    assert (found.delays, found.missed, found.false, found.quiet_days) == ((10,), 0, 2, 540)


def test_a_late_answer_is_late_and_not_false_and_until_then_no_day_was_quiet() -> None:
    found = answered(199, 350, 351, changes=[SUDDEN])
    assert (found.delays, found.false, found.quiet_days) == ((150,), 2, 600 - 151)


def test_a_change_without_an_act_is_missed_and_no_day_after_it_is_quiet() -> None:
    found = answered(199, changes=[SUDDEN])
    assert (found.delays, found.missed, found.false, found.delay, found.quiet_days) == ((None,), 1, 1, None, 200)


def test_a_gradual_change_may_be_answered_while_it_goes_on() -> None:
    found = answered(230, 330, changes=[KnownChange(day(200), day(300))])
    assert (found.delays, found.false, found.quiet_days) == ((30,), 0, 600 - 160)


def test_the_time_of_a_change_ends_where_the_next_one_begins() -> None:
    found = answered(225, changes=[SUDDEN, KnownChange.sudden(day(220))])
    assert found.delays == (None, 5)


def test_where_nothing_changes_every_act_is_false() -> None:
    found = answered(10, 599, changes=[])
    assert (found.delays, found.false, found.quiet_days) == ((), 2, 600)


def test_acts_and_changes_outside_the_replay_are_left_out() -> None:
    early = KnownChange.sudden(day(-10))
    found = answered(-5, 20, 600, changes=[early, KnownChange.sudden(day(600))])
    assert (found.delays, found.false, found.quiet_days) == ((), 0, 550)


@pytest.mark.parametrize(
    "changes",
    [
        [SUDDEN, SUDDEN],
        [KnownChange(day(10), day(50)), KnownChange.sudden(day(40))],
        [SUDDEN, KnownChange.sudden(day(100))],
        [KnownChange(day(50), day(10))],
    ],
)
def test_changes_that_do_not_follow_one_another_are_refused(changes: list[KnownChange]) -> None:
    with pytest.raises(ChangesOverlap, match="must follow one another"):
        answered(changes=changes)


def test_the_json_form_names_what_was_counted() -> None:
    said = answered(190, 203, changes=[SUDDEN]).as_dict("alerts")
    assert said == {"delay": 3.0, "delays": [3], "missed": 0, "false_alerts": 1, "quiet_days": 540}


BEGINNINGS = st.lists(st.integers(0, 599), unique=True, max_size=6).map(sorted)
ACTS = st.lists(st.integers(0, 599), max_size=30)


def sudden(beginnings: list[int]) -> list[KnownChange]:
    return [KnownChange.sudden(day(each)) for each in beginnings]


@given(BEGINNINGS, ACTS)
def test_each_act_is_false_or_about_the_newest_change_before_it(beginnings: list[int], acts: list[int]) -> None:
    found = answered(*acts, changes=sudden(beginnings))
    false = 0
    for act in acts:
        newest = max((each for each in beginnings if each <= act), default=None)
        answers_it = newest is not None and not any(newest <= other < act for other in acts)
        false += not (newest is not None and (answers_it or act - newest < PATIENCE.days))
    assert found.false == false


@given(BEGINNINGS, ACTS)
def test_each_change_is_answered_before_the_next_one_or_missed(beginnings: list[int], acts: list[int]) -> None:
    found = answered(*acts, changes=sudden(beginnings))
    for begins, following, delay in zip(beginnings, [*beginnings[1:], 600], found.delays, strict=False):
        inside = [act - begins for act in acts if begins <= act < following]
        assert delay == min(inside, default=None)


@given(BEGINNINGS, ACTS, st.integers(0, 599))
def test_another_act_makes_no_answer_later(beginnings: list[int], acts: list[int], more: int) -> None:
    changes = sudden(beginnings)
    before, after = answered(*acts, changes=changes), answered(*acts, more, changes=changes)
    pairs = zip(before.delays, after.delays, strict=True)
    assert all(old is None or (new is not None and new <= old) for old, new in pairs)


@given(BEGINNINGS, ACTS)
def test_a_day_is_quiet_long_after_a_change_that_was_answered(beginnings: list[int], acts: list[int]) -> None:
    quiet = 0
    for each in range(600):
        newest = max((begins for begins in beginnings if begins <= each), default=None)
        answer = None if newest is None else any(newest <= act < each for act in acts)
        quiet += newest is None or (bool(answer) and each - newest >= PATIENCE.days)
    assert answered(*acts, changes=sudden(beginnings)).quiet_days == quiet
