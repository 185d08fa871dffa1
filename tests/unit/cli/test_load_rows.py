"""Loads as a terminal lists them."""

from datetime import UTC, date, datetime

from courtside.cli.loads import load_rows
from courtside.contracts.loads import Load, Loads


def test_long_addresses_are_told_apart_by_their_ends() -> None:
    day = date(2026, 3, 2)
    files = [f"s3://courtside-dev-data-lakebucket/incoming/churn/{name}.csv" for name in ("march", "april")]
    loads = [
        Load(
            id=name,
            file=name,
            key=name,
            rows=1,
            first_day=day,
            last_day=day,
            loaded_at=datetime(2026, 3, 2, tzinfo=UTC),
        )
        for name in (*files, "short.csv")
    ]
    shown = [row["file"] for row in load_rows(Loads(loads=tuple(loads)))]
    assert [name.rsplit("/", 1)[-1] for name in shown] == ["march.csv", "april.csv", "short.csv"]
    assert [len(name) for name in shown] == [24, 24, 9]
