import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.sequential import DaysOutOfOrder, DaySums, Interval, Sequence

FIRST = date(2026, 10, 20)


def days_of(totals: Iterable[float], rows: Iterable[int] | int = 8, *, first: date = FIRST) -> list[DaySums]:
    listed = list(totals)
    counts = [rows] * len(listed) if isinstance(rows, int) else list(rows)
    return [
        DaySums(first + timedelta(days=number), count, total)
        for number, (count, total) in enumerate(zip(counts, listed, strict=True))
    ]


def season(days: int = 165, *, mean: float = 0.0, seed: int = 3, rows: int = 8) -> list[DaySums]:
    return days_of(np.random.default_rng(seed).normal(mean * rows, np.sqrt(rows), days).tolist(), rows)


DAY = st.tuples(st.integers(0, 400), st.floats(-50, 50, allow_subnormal=False))
DAYS = st.lists(DAY, min_size=0, max_size=60).map(lambda pairs: days_of([p[1] for p in pairs], [p[0] for p in pairs]))


@given(days=DAYS, cuts=st.lists(st.integers(0, 60), max_size=5))
@settings(max_examples=60, deadline=None)
def test_days_one_by_one_in_parts_and_at_once_make_the_same_sequence(days: list[DaySums], cuts: list[int]) -> None:
    at_once = Sequence(offset_error=0.01).extended(days)
    one_by_one = parted = Sequence(offset_error=0.01)
    for day in days:
        one_by_one = one_by_one.extended([day])
    ends = [0, *sorted(cuts), len(days)]
    for start, end in pairwise(ends):
        parted = parted.extended(days[start:end])
    assert one_by_one == at_once == parted


@pytest.mark.parametrize("cut", [1, 89, 90, 91, 180, 269, 270, 271, 450])
def test_parts_make_the_same_sequence_wherever_recent_days_begin(cut: int) -> None:
    days = season(500, mean=0.2)
    assert Sequence().extended(days[:cut]).extended(days[cut:]) == Sequence().extended(days)


@given(days=DAYS, mixed=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_in_which_days_are_given_does_not_matter(days: list[DaySums], mixed: Random) -> None:
    shuffled = list(days)
    mixed.shuffle(shuffled)
    assert Sequence().extended(shuffled) == Sequence().extended(days)


@given(days=DAYS)
@settings(max_examples=30, deadline=None)
def test_it_survives_json(days: list[DaySums]) -> None:
    sequence = Sequence(alpha=0.02).extended(days)
    assert Sequence.of_plain(json.loads(json.dumps(sequence.to_plain()))) == sequence


@given(days=DAYS)
@settings(max_examples=30, deadline=None)
def test_days_without_rows_and_gaps_change_nothing(days: list[DaySums]) -> None:
    with_rows = [each for each in days if each.rows]
    after_a_summer = [
        DaySums(each.day + timedelta(days=3 * place), each.rows, each.total) for place, each in enumerate(days)
    ]
    plain = Sequence().extended(with_rows)
    assert Sequence().extended(days) == plain
    later = Sequence().extended(after_a_summer).interval()
    assert replace(later, first=plain.interval().first) == plain.interval()


def ends(interval: Interval) -> tuple[float, float, float]:
    assert interval.difference is not None
    assert interval.low is not None
    assert interval.high is not None
    return interval.difference, interval.low, interval.high


@pytest.mark.parametrize("factor", [0.001, 1000.0])
def test_the_unit_of_the_loss_does_not_matter(factor: float) -> None:
    days = season(mean=0.1)
    scaled = Sequence().extended(DaySums(each.day, each.rows, each.total * factor) for each in days)
    expected = [end * factor for end in ends(Sequence().extended(days).interval())]
    assert ends(scaled.interval()) == pytest.approx(expected, rel=1e-9)


def test_a_constant_moves_the_interval_and_keeps_its_width() -> None:
    days = season()
    moved = Sequence().extended(DaySums(each.day, each.rows, each.total + 0.7 * each.rows) for each in days)
    expected = [end + 0.7 for end in ends(Sequence().extended(days).interval())]
    assert ends(moved.interval()) == pytest.approx(expected, rel=1e-9)


def test_doubled_rows_of_a_day_are_no_more_evidence() -> None:
    days = season()
    doubled = Sequence().extended(DaySums(each.day, each.rows * 2, each.total * 2) for each in days)
    assert ends(doubled.interval()) == pytest.approx(ends(Sequence().extended(days).interval()), rel=1e-9)


def test_one_day_with_most_of_the_rows_is_too_few_days() -> None:
    days = season(40)
    whole = [*days, DaySums(days[-1].day + timedelta(days=1), 1_000_000, 3.0)]
    assert Sequence().extended(days).interval().low is not None
    assert Sequence().extended(whole).interval().low is None


@pytest.mark.parametrize("mean", [0.0, 1.0, 100.0])
def test_early_looks_have_a_mean_and_no_ends(mean: float) -> None:
    for days in range(1, 13):
        interval = Sequence().extended(season(days, mean=mean)).interval()
        assert interval.difference == pytest.approx(mean, abs=2)
        assert (interval.low, interval.high) == (None, None)


def test_fewer_rows_than_are_needed_have_no_ends() -> None:
    needs = Sequence(fewest_rows=800)
    assert needs.extended(season(99, mean=2.0)).interval().low is None
    assert needs.extended(season(99, mean=2.0)).since is None
    enough = needs.extended(season(100, mean=2.0))
    assert enough.interval() == Sequence().extended(season(100, mean=2.0)).interval()
    assert enough.since == FIRST + timedelta(days=99)


def test_nothing_is_known_before_the_first_day() -> None:
    assert Sequence().interval() == Interval(None)
    assert Sequence().extended([DaySums(FIRST, 0, 0.0)]) == Sequence()


def test_the_same_predictions_differ_by_nothing() -> None:
    assert ends(Sequence().extended(days_of([0.0] * 40)).interval()) == (0.0, 0.0, 0.0)


def test_an_estimated_reference_widens_the_interval_and_sets_a_floor() -> None:
    known, estimated = (Sequence(offset_error=error).extended(season(2_000)) for error in (0.0, 0.5))
    _, low, high = ends(known.interval())
    _, low_then, high_then = ends(estimated.interval())
    assert low_then < low < high < high_then
    assert (high_then - low_then) / 2 > 1.645 * 0.5


def test_a_smaller_risk_widens_the_interval() -> None:
    careful, usual = (ends(Sequence(alpha=alpha).extended(season()).interval()) for alpha in (0.01, 0.05))
    assert careful[1] < usual[1] < usual[2] < careful[2]


@pytest.mark.parametrize("sign", [1, -1])
def test_days_that_hang_together_widen_it_and_days_that_make_up_for_each_other_narrow_it(sign: int) -> None:
    noise = np.random.default_rng(8).normal(size=401)
    _, low, high = ends(Sequence().extended(days_of((noise[1:] + sign * 0.7 * noise[:-1]).tolist())).interval())
    _, own_low, own_high = ends(Sequence().extended(days_of((noise[1:] * np.sqrt(1.49)).tolist())).interval())
    assert ((high - low) > (own_high - own_low)) is (sign == 1)


class TestRecentDays:
    def test_a_loss_after_good_years_is_seen_in_recent_days(self) -> None:
        good = season(720, mean=-0.2)
        then = season(100, mean=0.6, seed=4)
        bad = [DaySums(each.day + timedelta(days=720), each.rows, each.total) for each in then]
        sequence = Sequence().extended([*good, *bad])
        interval = sequence.interval()
        assert sequence.total < 0
        assert interval.low is not None
        assert interval.low > 0
        assert (interval.first, interval.days, interval.rows) == (FIRST + timedelta(days=720), 100, 800)
        assert sequence.since is not None
        assert FIRST + timedelta(days=720) < sequence.since < FIRST + timedelta(days=790)

    def test_it_is_forgotten_when_recent_days_are_good_again(self) -> None:
        means = [-0.3] * 360 + [0.8] * 100 + [-0.8] * 300
        noise = np.random.default_rng(9).normal(0, np.sqrt(8), len(means))
        days = days_of((8 * np.array(means) + noise).tolist())
        assert Sequence().extended(days[:460]).since is not None
        assert Sequence().extended(days).since is None

    def test_otherwise_the_interval_is_that_of_all_days(self) -> None:
        interval = Sequence().extended(season(400)).interval()
        assert (interval.first, interval.days, interval.rows) == (FIRST, 400, 3200)

    def test_what_is_kept_does_not_grow_with_age(self) -> None:
        assert [len(Sequence().extended(season(days)).stretches) for days in (1, 90, 91, 200, 500, 3650)] == [
            1,
            1,
            2,
            3,
            3,
            3,
        ]


class TestSince:
    def test_the_first_day_on_which_it_was_surely_worse_is_remembered(self) -> None:
        days = season(120, mean=0.5)
        crossed = next(
            days[count - 1].day
            for count in range(1, 121)
            if (Sequence().extended(days[:count]).interval().low or 0) > 0
        )
        assert Sequence().extended(days).since == crossed

    def test_it_is_remembered_while_the_mean_is_still_worse(self) -> None:
        worse = season(60, mean=0.6)
        then = days_of(np.random.default_rng(1).normal(-2, 3, 100).tolist(), first=worse[-1].day + timedelta(days=1))
        sequence = Sequence().extended([*worse, *then[:60]])
        interval = sequence.interval()
        assert interval.low is not None
        assert interval.low < 0 < (interval.difference or 0)
        assert sequence.since == Sequence().extended(worse).since is not None

    def test_it_is_forgotten_once_the_mean_is_not_worse(self) -> None:
        worse = season(60, mean=0.6)
        better = days_of([-20.0] * 60, first=worse[-1].day + timedelta(days=1))
        assert Sequence().extended([*worse, *better]).since is None

    def test_a_champion_that_is_no_worse_has_none(self) -> None:
        assert Sequence().extended(season(mean=-0.5)).since is None


class TestOrder:
    def test_a_day_before_the_last_one_is_refused(self) -> None:
        sequence = Sequence().extended(season(3))
        with pytest.raises(
            DaysOutOfOrder, match="2026-10-21 cannot be added, because the sequence already reaches 2026-10-22"
        ):
            sequence.extended([DaySums(date(2026, 10, 21), 1, 0.0)])

    def test_a_day_given_twice_is_refused(self) -> None:
        with pytest.raises(DaysOutOfOrder) as caught:
            Sequence().extended([DaySums(FIRST, 1, 0.0), DaySums(FIRST, 2, 0.0)])
        assert caught.value.day == caught.value.after == FIRST
