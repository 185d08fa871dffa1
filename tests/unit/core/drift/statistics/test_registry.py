"""A statistic is one file: placing it in the folder is enough for it to be computed, reported, archived and shown."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from courtside.contracts.discovery import declared_in
from courtside.core.dataset import FeatureKind
from courtside.core.drift import table_statistics
from courtside.core.drift.statistics import ALL, ARCHIVED_KEYS, KEYS, StatisticTwice, in_order
from courtside.core.drift.statistics.statistic import EVERY_KIND, Figure, Statistic
from courtside.workflows.drift_archive import LATER, ROWS_SCHEMA
from tests.unit.core.drift.shapes import SHAPES, categorical, numeric

SHIPPED_COLUMNS = (
    *("check_id", "checked_at", "backfilled", "dataset", "champion_version", "policy", "window_start", "window_end"),
    *("reference_rows", "current_rows", "action", "feature", "kind", "psi", "psi_adjusted", "ks", "ks_pvalue"),
    *(
        "wasserstein",
        "wasserstein_sd",
        "jensen_shannon",
        "chi2",
        "chi2_pvalue",
        "missing_rate",
        "unseen_rate",
        "effect",
    ),
    *("p_adjusted", "drifted", "verdict", "reason", "files_quarantined", "psi_equal_width"),
)
DECLARATION = """
from datetime import date
from courtside.core.drift.statistics.statistic import EVERY_KIND, Figure, Statistic

STATISTIC = Statistic("{name}", EVERY_KIND, lambda a, b: {{"{name}": 0.0}}, (Figure("{name}", "A name"),), date.max)
"""


def made(name: str, *, order: int = 100, key: str | None = None) -> Statistic:
    return Statistic(name, EVERY_KIND, lambda *_: {}, (Figure(key or name, name),), date(2026, 1, 1), order)


def test_every_module_that_declares_a_statistic_is_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "some_statistics"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helpers.py").write_text("STATISTIC = 'no statistic'")
    for name in ("zeta", "alpha"):
        (package / f"{name}.py").write_text(DECLARATION.format(name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    found = declared_in("some_statistics", [str(package)], name="STATISTIC", kind=Statistic)
    assert [statistic.name for statistic in in_order(found)] == ["alpha", "zeta"]


def test_statistics_are_sorted_by_their_order_and_no_two_share_a_key() -> None:
    first, second = made("b", order=1), made("a", order=2)
    assert in_order([second, first]) == (first, second)
    with pytest.raises(StatisticTwice, match="the value b"):
        in_order([first, made("c", key="b")])


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"}))
def test_every_statistic_of_numbers_gives_all_of_its_values(shape: str) -> None:
    columns = numeric(*(side.astype(float) for side in SHAPES[shape](np.random.default_rng(1), 900, 300)))
    for statistic in ALL:
        if FeatureKind.NUMERIC in statistic.kinds:
            found = statistic.compute(*columns)
            assert tuple(found) == statistic.keys
            json.dumps(found, allow_nan=False)


def test_every_statistic_of_levels_gives_all_of_its_values() -> None:
    for values in (["b"] * 50, ["a", "c"] * 30, ["new"] * 3):
        columns = categorical(["a", "b", "b"] * 20, values)
        for statistic in ALL:
            if FeatureKind.CATEGORICAL in statistic.kinds:
                found = statistic.compute(*columns)
                assert tuple(found) == statistic.keys
                json.dumps(found, allow_nan=False)


def test_the_archive_has_every_value_and_keeps_its_earlier_columns() -> None:
    assert tuple(ROWS_SCHEMA.names[: len(SHIPPED_COLUMNS)]) == SHIPPED_COLUMNS
    assert len(set(ROWS_SCHEMA.names)) == len(ROWS_SCHEMA.names)
    assert set(KEYS) == set(ARCHIVED_KEYS) <= set(ROWS_SCHEMA.names)
    later = [key for key in ARCHIVED_KEYS if key not in SHIPPED_COLUMNS]
    tables = [key for statistic in table_statistics.ALL for key in statistic.keys]
    verdicts = [name for _, _, fields in LATER for name, _ in fields]
    assert sorted(ROWS_SCHEMA.names[len(SHIPPED_COLUMNS) :]) == sorted([*later, *tables, *verdicts])
