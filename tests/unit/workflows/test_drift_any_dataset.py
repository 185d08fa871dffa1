"""The drift check works on a table whose contract names no builder."""

import io
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionReference
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, FeatureDrift, fit
from courtside.core.drift.reading import Days, NothingReadable
from courtside.core.rows import within
from courtside.workflows.drift_window import EmptyWindow, WindowReport, report_window
from courtside.workflows.row_source import NoRows
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.churn_lake import PREFIX, lake_of, parquet

LAST = Window(start=date(2023, 10, 23), end=date(2023, 12, 22))
QUIET = Window(start=date(2023, 3, 1), end=date(2023, 6, 1))
TABLE = churn_table(6_000, charge_shift=25.0)
CHAMPION = ChampionReference(
    version="1", training_id="first", profile_key=training_keys.training_profile("churn", "first"), dataset="churn"
)


def with_reference(lake: InMemoryLake) -> InMemoryLake:
    known = within(TABLE, "measured_at", Days(end=date(2023, 1, 1)))
    profile = fit(known, DATASET.features, time_column=DATASET.time_column)
    lake.write(CHAMPION.profile_key, profile.to_bytes())
    return lake


def checked(lake: InMemoryLake, window: Window) -> WindowReport:
    return report_window(window, champion=CHAMPION, lake=lake, dataset=DATASET, policy=ClassicPolicy())


@pytest.fixture
def lake() -> InMemoryLake:
    return with_reference(lake_of(a=TABLE.slice(0, 3_500), b=TABLE.slice(3_500)))


def test_a_window_is_summarized_over_all_files(lake: InMemoryLake) -> None:
    found = checked(lake, LAST).report
    assert found.features_drifted == ("monthly_charge",)
    assert found.current.rows == within(TABLE, "measured_at", Days(LAST.start, LAST.end)).num_rows > 400
    assert "monthly_charge" not in checked(lake, QUIET).report.features_drifted


def test_integers_too_large_for_a_float_are_reported_as_rounded(lake: InMemoryLake) -> None:
    numbers = pa.array([2**60 + row for row in range(TABLE.num_rows)])
    table = TABLE.set_column(TABLE.column_names.index("monthly_charge"), "monthly_charge", numbers)
    told = checked(with_reference(lake_of(a=table)), LAST).report
    assert {feature.name for feature in told.features if "rounded to multiples of 256" in feature.reason} == {
        "monthly_charge"
    }
    assert not any("rounded" in feature.reason for feature in checked(lake, LAST).report.features)


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("ns"), pa.timestamp("ms", "UTC")], ids=str)
def test_dates_and_timestamps_give_the_same_window(lake: InMemoryLake, kind: Any) -> None:
    place = TABLE.column_names.index("measured_at")
    moments = TABLE.column(place).cast(kind, safe=False)
    other = with_reference(lake_of(a=TABLE.set_column(place, "measured_at", moments)))
    mine, theirs = checked(lake, LAST).report, checked(other, LAST).report
    assert theirs.current.rows == mine.current.rows
    for one, two in zip(mine.features, theirs.features, strict=True):
        assert (one.name, one.verdict, one.statistics) == (two.name, two.verdict, two.statistics)


def test_labels_that_have_not_arrived_are_not_required(lake: InMemoryLake) -> None:
    place = TABLE.column_names.index("churned")
    later = with_reference(lake_of(a=TABLE.set_column(place, "churned", pa.nulls(TABLE.num_rows, pa.bool_()))))
    without = with_reference(lake_of(a=TABLE.drop(["churned"])))
    expected = checked(lake, LAST).report.features_drifted
    assert checked(later, LAST).report.features_drifted == checked(without, LAST).report.features_drifted == expected


def test_only_files_whose_partitions_overlap_the_window_are_read(lake: InMemoryLake) -> None:
    lake.objects = {key: content for key, content in lake.objects.items() if not key.startswith(PREFIX)}
    for month in range(1, 13):
        days = Days(date(2023, month, 1), date(2023 + month // 12, month % 12 + 1, 1))
        content = parquet(within(TABLE, "measured_at", days))
        lake.write(f"{PREFIX}dt=2023-{month:02}/rows.parquet", content if month >= 10 else b"never read")
    found = checked(lake, LAST)
    assert found.report.files_quarantined == ()
    assert found.report.features_drifted == ("monthly_charge",)


def test_an_unusable_file_is_named_and_hides_no_drift(lake: InMemoryLake) -> None:
    lake.write(f"{PREFIX}cut.parquet", parquet(TABLE)[:-300])
    lake.write(f"{PREFIX}text.parquet", parquet(pa.table({"measured_at": ["November"], "senior": [1]})))
    lake.write(f"{PREFIX}timeless.parquet", parquet(TABLE.slice(0, 9).drop(["measured_at"])))
    found = checked(lake, LAST).report
    reasons = {each.file.removeprefix(f"memory://{PREFIX}"): each.reason for each in found.files_quarantined}
    assert set(reasons) == {"cut.parquet", "text.parquet", "timeless.parquet"}
    assert reasons["cut.parquet"].startswith("unreadable: ")
    assert "'measured_at' is text such as 'November'" in reasons["text.parquet"]
    assert "no column 'measured_at'" in reasons["timeless.parquet"]
    assert found.features_drifted == ("monthly_charge",)


def test_a_column_that_one_file_lacks_counts_as_missing_in_its_rows(lake: InMemoryLake) -> None:
    rest = pq.read_table(io.BytesIO(lake.objects[f"{PREFIX}b.parquet"])).drop(["support_calls"])
    lake.write(f"{PREFIX}b.parquet", parquet(rest))
    report = checked(lake, LAST).report
    calls = next(feature for feature in report.features if feature.name == "support_calls")
    assert calls.missing_rate == pytest.approx(2_500 / 6_000, abs=0.08)


def test_a_window_or_a_lake_without_rows_is_refused(lake: InMemoryLake) -> None:
    with pytest.raises(EmptyWindow, match="2031-01-01"):
        checked(lake, Window(start=date(2031, 1, 1), end=date(2031, 2, 1)))
    broken = with_reference(InMemoryLake({f"{PREFIX}a.parquet": b"PAR1"}))
    with pytest.raises(NothingReadable, match=r"a\.parquet: unreadable"):
        checked(broken, LAST)
    with pytest.raises(NoRows, match="courtside tables load"):
        checked(with_reference(InMemoryLake()), LAST)


def test_evidence_adds_up_over_the_windows_before_that_lie_after_the_reference() -> None:
    """Charges that creep up within their range are found in sixty days but in no fifteen days."""
    table = churn_table(6_000)
    charge, day = table["monthly_charge"].to_numpy(), table["measured_at"].to_numpy()
    crept = 20 + 60 * ((charge - 20) / 60) ** np.where(day >= np.datetime64("2023-10-23"), 0.8, 1.0)
    place = table.column_names.index("monthly_charge")
    lake = with_reference(lake_of(a=table.set_column(place, "monthly_charge", pa.array(crept))))
    window = Window(start=date(2023, 12, 7), end=date(2023, 12, 22))

    def found(champion: ChampionReference) -> FeatureDrift:
        report = report_window(window, champion=champion, lake=lake, dataset=DATASET, policy=CalibratedPolicy()).report
        return next(feature for feature in report.features if feature.name == "monthly_charge")

    drift = found(CHAMPION)
    assert drift.drifted
    assert drift.successive is not None
    assert (drift.successive.way, drift.successive.since) == ("up", date(2023, 10, 23))
    known = within(table, "measured_at", Days(end=date(2023, 11, 20)))
    later = CHAMPION.model_copy(update={"profile_key": training_keys.training_profile("churn", "later")})
    lake.write(later.profile_key, fit(known, DATASET.features, time_column=DATASET.time_column).to_bytes())
    assert found(later).successive is None


def test_the_windows_before_are_counted_from_files_that_were_read_once(
    lake: InMemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, stock = list[str](), InMemoryLake.read

    def counting(self: InMemoryLake, key: str, **named: Any) -> bytes:
        read.append(key)
        return stock(self, key, **named)

    monkeypatch.setattr(InMemoryLake, "read", counting)
    window = Window(start=date(2023, 12, 7), end=date(2023, 12, 22))
    report_window(window, champion=CHAMPION, lake=lake, dataset=DATASET, policy=CalibratedPolicy())
    assert sorted(key for key in read if key.startswith(PREFIX)) == lake.keys(PREFIX)
