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


def test_acts_before_a_change_and_long_after_it_are_false_and_the_change_is_missed() -> None:
    found = answered(199, 260, changes=[SUDDEN])
    assert (found.delays, found.missed, found.false, found.delay) == ((None,), 1, 2, None)


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


@given(BEGINNINGS, ACTS)
def test_each_act_is_false_or_comes_after_a_change_and_answers_lie_within_patience(
    beginnings: list[int], acts: list[int]
) -> None:
    found = answered(*acts, changes=[KnownChange.sudden(day(each)) for each in beginnings])
    near = [act for act in acts if any(0 <= act - each < PATIENCE.days for each in beginnings)]
    assert found.false == len(acts) - len(near)
    assert all(delay is None or 0 <= delay < PATIENCE.days for delay in found.delays)
    assert found.quiet_days == sum(
        not any(0 <= each - begin < PATIENCE.days for begin in beginnings) for each in range(600)
    )


@given(BEGINNINGS, ACTS, st.integers(0, 599))
def test_another_act_never_makes_an_answer_later(beginnings: list[int], acts: list[int], more: int) -> None:
    changes = [KnownChange.sudden(day(each)) for each in beginnings]
    before, after = answered(*acts, changes=changes), answered(*acts, more, changes=changes)
    assert all(
        old is None or (new is not None and new <= old) for old, new in zip(before.delays, after.delays, strict=True)
    )
    assert after.false - before.false in {0, 1}
