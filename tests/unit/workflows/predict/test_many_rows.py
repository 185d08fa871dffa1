"""Rows that do not fit into memory are predicted in parts, with the same result and without more memory."""

import contextlib
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.contracts.scoring import PredictResponse
from courtside.workflows.predict import round as rounds
from tests.fakes.ports import InMemoryLake
from tests.fakes.predicting import DAY, NOW, LoansStage, loans

ONE_DAY = timedelta(days=1)


def a_stage(most_in_memory: int) -> LoansStage:
    """Return a stage with many files: of other types, with wrong rows, and with ids that others have too."""
    stage = LoansStage(most_in_memory=most_in_memory)
    stage.promote("1", 0.25, needs_all=True)
    stage.promote("2", 0.5, needs_all=True)
    stage.shadowed_by("previous")
    draw = np.random.default_rng(1)
    for number in range(12):
        amounts: list[float | None] = [round(each, 3) for each in draw.random(50).tolist()]
        amounts[number] = None
        table = loans(100 * number, amounts, day=DAY + number % 3 * ONE_DAY)
        if number % 4 == 1:
            table = table.set_column(0, "loan", table["loan"].cast(pa.string()))
        if number == 5:
            table = table.set_column(2, "amount", pa.array(["much", *map(str, amounts[1:5]), *["0.5"] * 45]))
        if number == 7:
            table = pa.concat_tables([table, table.slice(3, 2), loans(703, [0.9], day=DAY + ONE_DAY)])
        stage.put(f"file{number:02}", table)
    stage.put("again", loans(203, [0.1, 0.2], day=DAY + 2 * ONE_DAY))
    stage.put("later", loans(5_000, [0.1] * 3, day=DAY - ONE_DAY, repaid=1))
    return stage


def outcome(done: PredictResponse) -> tuple[Any, ...]:
    return (*(getattr(done, name) for name in ("version", "predicted", "unchanged", "set_aside", "shadows")),
            Counter(done.problems))  # fmt: skip


def kept(stage: LoansStage) -> list[str]:
    return sorted(map(repr, stage.kept()))


def quarantined(stage: LoansStage) -> dict[str, list[bytes]]:
    prefix = f"{lake_keys.quarantines('loans')}predictions/"
    return {key: sorted(content.splitlines()) for key, content in stage.lake.objects.items() if key.startswith(prefix)}


@pytest.mark.parametrize(("most_in_memory", "most_rows"), [(0, 60), (3_000, 250_000)])
def test_parts_change_nothing(monkeypatch: pytest.MonkeyPatch, most_in_memory: int, most_rows: int) -> None:
    monkeypatch.setattr(rounds, "MOST_ROWS", most_rows)
    whole, apart = a_stage(2**30), a_stage(most_in_memory)
    for day in (DAY, DAY, DAY + ONE_DAY):
        assert outcome(whole.predict(day)) == outcome(apart.predict(day))
        assert kept(whole) == kept(apart)
        assert quarantined(whole) == quarantined(apart)
        assert whole.lake.keys(lake_keys.predictions("loans")) == apart.lake.keys(lake_keys.predictions("loans"))
    for stage in (whole, apart):
        stage.put("file03", loans(300, [0.5] * 50, day=DAY))
        stage.promote("3", 0.125)
    assert outcome(whole.predict(DAY + ONE_DAY)) == outcome(apart.predict(DAY + ONE_DAY))
    assert kept(whole) == kept(apart)
    assert whole.predict(DAY + ONE_DAY).predicted == apart.predict(DAY + ONE_DAY).predicted == 0


def test_ids_are_set_aside_that_files_far_apart_have() -> None:
    stage = LoansStage(most_in_memory=0)
    stage.promote("1", 0.5)
    for number in range(30):
        stage.put(f"file{number:02}", loans(10 * number, [0.5] * 10))
    stage.put("zzz", loans(5, [0.1]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (299, 2)
    assert "5|2026-03-10" not in stage.said()
    assert len(stage.alerts.sent) == 1


def revised(stage: LoansStage, *names: str) -> None:
    """Say that files came in this order, and that each replaces rows of those before it."""
    prefix = lake_keys.tables("loans")
    loads = tuple(
        Load(id=name, file=name, key=f"{prefix}{name}.parquet", rows=1, first_day=DAY, last_day=DAY, revises=True,
             loaded_at=NOW, state=LoadState.LOADED)
        for name in names
    )  # fmt: skip
    stage.lake.objects[lake_keys.loads(prefix)] = Loads(loads=loads).model_dump_json().encode()


@pytest.mark.parametrize("most_in_memory", [0, 4_000, 2**30])
def test_rows_that_later_files_revise_are_predicted_as_these_say(most_in_memory: int) -> None:
    """A revised row may have its label now, may be wrong now, or may be revised again."""
    stage = LoansStage(most_in_memory=most_in_memory)
    stage.promote("1", 0.5)
    for number in range(10):
        stage.put(f"a{number}", loans(10 * number, [0.1] * 10))
    stage.put("b", pa.concat_tables([loans(5, [0.5] * 10), loans(50, [0.9, 0.9], repaid=1), loans(61, [None])]))
    stage.put("c", loans(12, [0.7, 0.7]))
    revised(stage, "b", "c")
    done = stage.predict()
    assert (done.predicted, done.set_aside, done.problems) == (100, 0, ())
    said = {int(row.split("|")[0]): value for row, value in stage.said().items()}
    expected = dict.fromkeys(range(100), 0.05)
    expected |= dict.fromkeys(range(5, 15), 0.25) | dict.fromkeys((50, 51), 0.45) | {61: 0.0, 12: 0.35, 13: 0.35}
    assert said == expected
    assert stage.predict(DAY + ONE_DAY).predicted == 0
    assert {row for row in stage.said() if row.startswith("50|")}, "it has a label and is of the day"


@pytest.mark.parametrize("most_in_memory", [0, 2**30])
def test_a_row_that_has_its_label_now_is_not_predicted(most_in_memory: int) -> None:
    stage = LoansStage(most_in_memory=most_in_memory)
    stage.promote("1", 0.5)
    stage.put("a", loans(1, [0.1] * 10, day=DAY - ONE_DAY))
    stage.put("b", loans(3, [0.1] * 2, day=DAY - ONE_DAY, repaid=0))
    revised(stage, "b")
    assert stage.predict().predicted == 8
    assert not {"3|2026-03-09", "4|2026-03-09"} & set(stage.said())


class SlowLake(InMemoryLake):
    """Counts how many objects under a prefix are read at the same moment."""

    def __init__(self, objects: dict[str, bytes], prefix: str) -> None:
        super().__init__(objects)
        self.prefix, self.now, self.most, self.lock = prefix, 0, 0, threading.Lock()
        self.together = threading.Barrier(2)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        if not key.startswith(self.prefix):
            return super().read(key, version_id=version_id)
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        with contextlib.suppress(threading.BrokenBarrierError):  # whoever is alone goes on alone
            self.together.wait(timeout=5)
        with self.lock:
            self.now -= 1
        return super().read(key, version_id=version_id)


@pytest.mark.parametrize("prefix", [lake_keys.predictions("loans"), lake_keys.tables("loans")])
def test_files_are_read_several_at_once(prefix: str) -> None:
    stage = LoansStage()
    stage.promote("1", 0.5)
    for number in range(6):
        stage.put(f"file{number}", loans(10 * number, [0.5], day=DAY + ONE_DAY))
        stage.predict(DAY - (6 - number) * ONE_DAY)
    lake = SlowLake(stage.lake.objects, prefix)
    assert stage.predict(lake=lake).unchanged == 6
    assert 2 <= lake.most <= 8


def peak_of_arrow(monkeypatch: pytest.MonkeyPatch, files: int, *, again: bool) -> int:
    """Return the most bytes that Arrow held while a stage with so many files of rows predicted."""
    monkeypatch.setattr(rounds, "MOST_ROWS", 5_000)
    stage = LoansStage(most_in_memory=200_000)
    stage.promote("1", 0.5)
    for number in range(files):
        stage.put(f"file{number:02}", loans(10_000 * number, [0.5] * 2_000))
    if again:
        stage.predict()
    usual, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(counted)
    try:
        done = stage.predict()
    finally:
        pa.set_memory_pool(usual)
    assert (done.predicted, done.unchanged) == ((0, 2_000 * files) if again else (2_000 * files, 0))
    return int(counted.max_memory() or 0)


@pytest.mark.parametrize("again", [False, True])
def test_three_times_as_many_rows_take_no_more_memory(monkeypatch: pytest.MonkeyPatch, *, again: bool) -> None:
    few, many = (peak_of_arrow(monkeypatch, files, again=again) for files in (15, 45))
    assert few > 200_000
    assert many < 1.3 * few, (few, many)
