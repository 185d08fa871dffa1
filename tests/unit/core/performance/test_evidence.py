"""What promise tests count: the sums of differences of losses, by day, champion and opponent."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.scoring import Opponent
from courtside.core.gate.holdout import Holdout
from courtside.core.performance.best_promise import best_promise
from courtside.core.performance.evidence import Compared, compare, first_days
from courtside.core.performance.losses import CLIP, clipped_log_losses, promised_loss
from courtside.core.performance.promise import Promise, promise_of
from courtside.core.recalibration import Recalibration
from tests.unit.core.performance.worlds import MONDAY, World, served

LABELS, SAID, DAY = World().draw(1, 120, days=7)
CHAMPION = served(LABELS, SAID, DAY)


def promise(seed: int, *, scale: float = 1.0, baseline: float | None = 0.6) -> Promise:
    labels, said, _ = World(scale=scale).draw(seed, 500, days=1)
    constant = None if baseline is None else np.full(500, baseline)
    return promise_of(Holdout(labels, said, baseline=constant), segment_column=None, task="binary")


PROMISED = promise(9)


def found(table: pa.Table, promises: dict[str, Promise], **wanted: Any) -> list[Compared]:
    champions = first_days(table)
    compared = compare(table, promises=promises, champions=champions)
    wanted = {"loss": "log_loss"} | wanted
    return [each for each in compared if all(getattr(each, name) == value for name, value in wanted.items())]


def losses(labels: np.ndarray, said: np.ndarray | float) -> np.ndarray:
    given = np.where(labels == 1, said, 1 - np.asarray(said))
    return -np.log(given)


@pytest.mark.parametrize("loss", ["log_loss", "brier_score"])
def test_each_day_has_the_sum_of_what_the_loss_is_above_the_promise(loss: str) -> None:
    (mine,) = found(CHAMPION, {"3": PROMISED}, opponent=Opponent.PROMISE, loss=loss)
    own = losses(LABELS, SAID) if loss == "log_loss" else (SAID - LABELS) ** 2
    for place, day in enumerate(mine.days.tolist()):
        rows = (day - MONDAY).days == DAY
        assert mine.rows[place] == rows.sum()
        assert mine.total[place] == pytest.approx((own[rows] - PROMISED.losses[loss].mean).sum())
    assert mine.rows.sum() == 120
    assert (mine.scale, mine.error) == (PROMISED.losses[loss].mean, PROMISED.losses[loss].error)


def test_rows_without_a_label_count_in_no_sum_but_their_day_stays() -> None:
    table = served(LABELS, SAID, np.sort(DAY), unlabelled=int((np.sort(DAY) == 6).sum()))
    (mine,) = found(table, {"3": PROMISED}, opponent=Opponent.PROMISE)
    assert mine.days.size == 7
    assert (mine.rows[6], mine.total[6]) == (0, 0.0)
    (none,) = found(served(LABELS, SAID, DAY, unlabelled=120), {"3": PROMISED}, opponent=Opponent.PROMISE)
    assert (none.rows.sum(), none.days.size) == (0, 7)


def test_a_constant_and_other_versions_are_compared_on_the_same_rows() -> None:
    other = SAID[:80] * 0.9
    table = pa.concat_tables([CHAMPION, served(LABELS[:80], other, DAY[:80], role="previous", version="2")])
    promises = {"3": PROMISED, "2": Promise()}
    (constant,) = found(table, promises, opponent=Opponent.BASELINE)
    assert constant.total.sum() == pytest.approx((losses(LABELS, SAID) - losses(LABELS, 0.6)).sum())
    (previous,) = found(table, promises, opponent=Opponent.PREVIOUS)
    assert (previous.opponent_version, previous.rows.sum(), previous.error) == ("2", 80, 0.0)
    assert previous.total.sum() == pytest.approx((losses(LABELS[:80], SAID[:80]) - losses(LABELS[:80], other)).sum())


def test_a_version_that_promised_nothing_is_compared_with_others_alone() -> None:
    shadow = served(LABELS, SAID, DAY, role="shadow", version="7")
    compared = found(pa.concat_tables([CHAMPION, shadow]), {"3": Promise(), "7": PROMISED})
    by_opponent = {each.opponent: each for each in compared}
    assert set(by_opponent) == {Opponent.RECALIBRATED, Opponent.SHADOW}
    other = by_opponent[Opponent.SHADOW]
    assert other.opponent_version == "7"
    assert other.scale == pytest.approx(losses(LABELS, SAID).mean())
    assert other.total.tolist() == [0.0] * 7


def test_a_prediction_that_nobody_was_shown_is_no_champions() -> None:
    shown = np.arange(120) >= 60
    replaced = served(LABELS, SAID, DAY, version="2", shown=~shown)
    table = pa.concat_tables([served(LABELS, SAID, DAY, shown=shown), replaced])
    compared = found(table, {"3": PROMISED, "2": PROMISED}, opponent=Opponent.PROMISE)
    assert {each.version: each.rows.sum() for each in compared} == {"3": 60, "2": 60}


def test_no_single_row_decides() -> None:
    said = np.array([0.0, 1.0])
    assert clipped_log_losses(np.array([1, 0], np.int8), said).tolist() == pytest.approx([-np.log(CLIP)] * 2)


def test_the_best_promise_leaves_the_smallest_share_of_a_constants_loss() -> None:
    promises = {"1": promise(1), "2": promise(2, scale=4.0), "3": promise(3)}
    first = {"1": date(2026, 1, 1), "2": date(2026, 2, 1), "3": date(2026, 3, 1)}
    shares = {name: each.losses["log_loss"].share or 9 for name, each in promises.items()}
    assert shares["2"] == max(shares.values())  # it is overconfident
    for day, known in ((date(2026, 1, 5), "1"), (date(2026, 2, 5), "12"), (date(2026, 3, 1), "123")):
        bar = best_promise("log_loss", day, champions=first, promises=promises)
        assert bar is not None
        assert bar.version == min(known, key=lambda name: shares[name])
    assert best_promise("log_loss", date(2025, 1, 1), champions=first, promises=promises) is None


def test_the_best_of_many_promises_is_known_less_exactly_than_one() -> None:
    many = {str(number): PROMISED for number in range(20)}
    alone, among = (
        best_promise("log_loss", MONDAY, champions=dict.fromkeys(names, MONDAY), promises=many)
        for names in (["0"], list(many))
    )
    assert alone is not None
    assert among is not None
    assert alone.error == PROMISED.losses["log_loss"].share_error
    assert among.error == pytest.approx(1.71 * alone.error, rel=0.01)


def test_a_bar_asks_no_more_of_hard_rows_than_of_easy_ones() -> None:
    rng = np.random.default_rng(5)
    easy, hard = ((rng.random(20_000) < share).astype(np.int8) for share in (0.02, 0.5))
    constant = np.full(easy.size, 0.02)
    promised = promise_of(Holdout(easy, constant, baseline=constant), segment_column=None, task="binary")
    table = served(hard, np.full(hard.size, 0.5), np.zeros(hard.size, np.intp))
    alone, bar = (
        found(table, {"3": promised}, opponent=opponent)[0] for opponent in (Opponent.PROMISE, Opponent.BEST_PROMISE)
    )
    assert alone.total.sum() > 0 > bar.total.sum()  # a higher loss than on the easy rows, but not for a constant


def test_from_the_day_of_a_better_promise_on_the_bar_is_higher() -> None:
    better = promise_of(
        Holdout(LABELS, np.clip(LABELS, 0.1, 0.9), baseline=np.full(120, 0.6)), segment_column=None, task="binary"
    )
    before = served(LABELS[:60], SAID[:60], np.arange(60) % 3, version="1")
    after = served(LABELS[60:], SAID[60:], 3 + np.arange(60) % 4, version="2")
    bars = found(pa.concat_tables([before, after]), {"1": PROMISED, "2": better}, opponent=Opponent.BEST_PROMISE)
    assert [(each.version, each.opponent_version, each.days.size) for each in bars] == [("2", "2", 4), ("1", "1", 3)]
    first_of_2 = MONDAY + timedelta(days=3)
    again = compare(after, promises={"1": better, "2": PROMISED}, champions={"1": MONDAY, "2": first_of_2})
    (bar,) = [each for each in again if each.opponent is Opponent.BEST_PROMISE and each.loss == "log_loss"]
    assert (bar.version, bar.opponent_version) == ("2", "1")


def test_a_holdout_without_a_constant_or_of_one_row_sets_no_bar() -> None:
    alone = promise(4, baseline=None)
    assert {each.opponent for each in found(CHAMPION, {"3": alone})} == {Opponent.RECALIBRATED, Opponent.PROMISE}
    assert promised_loss(np.array([0.5]), None) is None


def test_each_day_is_recalibrated_by_what_was_learnt_on_the_days_before() -> None:
    unlabelled = int((np.sort(DAY) == 6).sum())
    (mine,) = found(served(LABELS, SAID, np.sort(DAY), unlabelled=unlabelled), {"3": PROMISED}, opponent="recalibrated")
    learnt = Recalibration()
    assert mine.weighed is not None
    assert mine.pairs is not None
    assert mine.ordered is not None
    assert mine.learnt is not None
    for place, day in enumerate(mine.days.tolist()[:-1]):
        own = np.sort(DAY) == place
        judged, learnt = learnt.after(day, LABELS[own], SAID[own])
        said = (judged.gain, judged.evidence, judged.pairs, judged.ordered)
        kept = tuple(figures[place] for figures in (mine.total, mine.weighed, mine.pairs, mine.ordered))
        assert said == pytest.approx(kept)
        assert mine.learnt[place] == learnt
    assert (mine.rows[6], mine.total[6], mine.learnt[6]) == (0, 0.0, learnt)


def test_a_week_goes_on_from_what_was_learnt_in_the_one_before() -> None:
    first = served(LABELS[:60], SAID[:60], DAY[:60] % 3)
    second = served(LABELS[60:], SAID[60:], 3 + DAY[60:] % 4)
    (whole,) = found(pa.concat_tables([first, second]), {"3": PROMISED}, opponent=Opponent.RECALIBRATED)
    (before,) = found(first, {"3": PROMISED}, opponent=Opponent.RECALIBRATED)
    assert before.learnt is not None
    going_on = compare(second, promises={"3": PROMISED}, champions={"3": MONDAY}, learnt={"3": before.learnt[-1]})
    (after,) = [each for each in going_on if each.opponent is Opponent.RECALIBRATED]
    assert [*before.total, *after.total] == whole.total.tolist()
