"""The doctor says when the tracking database could be brought back only to a moment long ago."""

from datetime import UTC, datetime, timedelta

from courtside.adapters.examination.backups import backups
from courtside.contracts import lake_keys
from courtside.core.findings import Level
from tests.fakes.ports import InMemoryLake

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_stage_without_a_backup_is_a_warning() -> None:
    lake = InMemoryLake()
    lake.write(f"{lake_keys.TRACKING_BACKUPS_PREFIX}by-hand.zip", b"")
    (finding,) = backups(lake, now=NOW)
    assert (finding.level, finding.fix) == (Level.WARN, "courtside tracking backup")
    assert "none yet" in finding.detail


def test_the_newest_backup_may_be_two_days_old() -> None:
    lake = InMemoryLake()
    for days in (40, 2):
        lake.write(lake_keys.tracking_backup(NOW - timedelta(days=days)), b"")
    (recent,) = backups(lake, now=NOW)
    assert (recent.level, recent.fix) == (Level.OK, "")
    assert recent.detail.endswith("is of 2026-11-28 12:00 UTC")
    (old,) = backups(lake, now=NOW + timedelta(seconds=1))
    assert (old.level, old.fix) == (Level.WARN, "courtside tracking backup")
    assert old.detail.endswith("is of 2026-11-28 12:00 UTC, which is 2 days ago")
