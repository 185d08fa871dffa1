"""Labels that are loaded or taken are neither lost nor doubled, whoever is killed when and whoever runs beside whom."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.label_lake import Said, load, newest, put_in_table, stored, take

Work = Callable[[InMemoryLake], None]

GOOD = {f"{each}": "yes" for each in range(7)}


def loading(lake: InMemoryLake) -> None:
    load(lake, {**GOOD, "a": "no"}, on=6)


def taking(lake: InMemoryLake) -> None:
    take(lake, on=6)


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a load take several files, of which some are there when it is killed."""
    monkeypatch.setattr("courtside.workflows.label_store.MOST_ROWS", 3)


def load_more(lake: InMemoryLake) -> None:
    load(lake, {**dict(list(GOOD.items())[2:]), "x": "no"}, on=5)


def begun() -> InterruptedLake:
    lake = InterruptedLake()
    load(lake, {"0": "yes", "a": "yes"}, on=4)
    put_in_table(lake, {**GOOD, "b": "no"})
    return lake


@pytest.mark.parametrize("work", [loading, taking])
def test_what_is_killed_at_any_write_and_repeated_ends_as_if_it_had_run_through(work: Work) -> None:
    whole = begun()
    work(whole)
    changes = 0
    for killed_at in range(1, 20):
        lake = begun()
        lake.changes_left = killed_at
        try:
            work(lake)
        except BrokeOff:
            changes += 1
        work(lake)
        assert stored(lake) == stored(whole)
    assert changes >= 3


@pytest.mark.parametrize("work", [loading, taking])
@pytest.mark.parametrize("beside", [loading, taking])
def test_two_at_once_write_each_label_once(work: Work, beside: Work) -> None:
    expected = [said_in_turn(work, beside), said_in_turn(beside, work)]
    for at in range(1, 8):
        lake = begun()
        lake.changes_left, lake.interrupt = at, partial(beside, lake)
        work(lake)
        beside(lake)
        said = [(row, source) for row, _, _, source, _ in stored(lake)]
        assert len(said) == len(set(said))
        assert newest(lake) in expected


def said_in_turn(*works: Work) -> dict[str, str | None]:
    lake = begun()
    for work in works:
        work(lake)
    return newest(lake)


def test_a_load_that_was_killed_does_not_take_back_what_came_before_it_was_repeated() -> None:
    lake = InterruptedLake()
    load(lake, {"a": "yes"}, on=4)
    lake.changes_left = 3
    with pytest.raises(BrokeOff):
        load(lake, {"a": "yes", "b": "no", "c": "no", "d": "no", "e": "no"}, on=5)
    load(lake, {"a": "no", "b": "yes"}, on=6)
    load(lake, {"a": "yes", "b": "no", "c": "no", "d": "no", "e": "no"}, on=7)
    assert newest(lake) == {"a": "no", "b": "yes", "c": "no", "d": "no", "e": "no"}


def test_loads_that_overlap_at_once_say_each_label_once() -> None:
    for at in range(1, 6):
        lake = InterruptedLake()
        lake.changes_left, lake.interrupt = at, partial(load_more, lake)
        load(lake, GOOD, on=5)
        load_more(lake)
        assert sorted(row for row, *_ in stored(lake)) == sorted([*GOOD, "x"])


SAID = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["yes", "no", None]), min_size=1)


@given(st.lists(st.tuples(st.sampled_from(["load", "table"]), SAID, st.booleans()), max_size=8))
def test_any_order_of_loads_repetitions_and_corrections_says_what_a_plain_rule_says(
    changes: list[tuple[str, Said, bool]],
) -> None:
    lake, believed, table, loaded = InMemoryLake(), dict[str, str | None](), dict[str, str | None](), list[Said]()
    for at, (kind, said, twice) in enumerate(changes):
        known = {row: label for row, label in said.items() if label is not None}
        if kind == "load":
            if known not in loaded:
                believed |= known
                loaded.append(known)
        else:
            put_in_table(lake, said)
            believed |= {row: label for row, label in said.items() if table.get(row) != label}
            table |= said
        for _ in range(2 if twice else 1):
            load(lake, said, on=at) if kind == "load" else take(lake, on=at)
        assert newest(lake) == {row: label for row, label in believed.items() if label is not None}
    of_row: dict[str, list[int]] = {}
    for row, _, _, _, revision in stored(lake):
        of_row.setdefault(row, []).append(revision)
    assert all(revisions == list(range(1, len(revisions) + 1)) for revisions in of_row.values())
