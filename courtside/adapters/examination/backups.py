"""Whether the tracking database could be brought back to a moment not long ago."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from courtside.contracts import lake_keys
from courtside.core.findings import Finding, doubtful, fine
from courtside.workflows.ports import Lake
from courtside.workflows.restore.backups import backed_up_at

_CHECK = "backup"
# A backup is made every night: one may fail before somebody has to look.
_EXPECTED = timedelta(days=2)
_RUN_IT = "courtside tracking backup"


def backups(lake: Lake, *, now: datetime) -> Iterator[Finding]:
    """Examine whether the newest backup of the tracking database is at most two days old."""
    moments = (backed_up_at(key) for key in lake.keys(lake_keys.TRACKING_BACKUPS_PREFIX))
    newest = max((moment for moment in moments if moment is not None), default=None)
    if newest is None:
        yield doubtful(_CHECK, "the tracking database has none yet; the first night makes one", _RUN_IT)
        return
    said = f"the newest of the tracking database is of {newest:%Y-%m-%d %H:%M} UTC"
    if now - newest > _EXPECTED:
        yield doubtful(_CHECK, f"{said}, which is {(now - newest).days} days ago", _RUN_IT)
    else:
        yield fine(_CHECK, said)
