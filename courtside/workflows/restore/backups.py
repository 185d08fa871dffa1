"""The tracking database, brought back from the newest backup that was made up to a moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from courtside.contracts import lake_keys
from courtside.workflows.ports import ObjectVersion, VersionedLake
from courtside.workflows.restore.errors import NoBackupThen
from courtside.workflows.restore.stores import Change

NAME = "tracking"


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of the tracking database, those that were removed from the lake included.

    `restore` fills the database from the backup with a key.
    """

    lake: VersionedLake
    restore: Callable[[str], object]
    name: str = NAME

    def look(self, moment: datetime) -> Change:
        """Return what changes: the newest backup that is not of later; raises `NoBackupThen`."""
        made = self._made()
        then = [each for each in made if each[0] <= moment]
        if not then:
            raise NoBackupThen(moment, made[0][0] if made else None)
        made_at, key = then[-1]
        return Change(self.name, made_at, None, None, key, lambda: self._make(key), _unknown)

    def _made(self) -> list[tuple[datetime, str]]:
        kept = {each.key for each in self._versions() if not each.removed}
        made = ((backed_up_at(key), key) for key in kept)
        return sorted((at, key) for at, key in made if at is not None)

    def _make(self, key: str) -> None:
        """Fill the database, after the backup itself came back if it was removed or changed."""
        kept = [each for each in self._versions() if each.key == key]
        first = [each for each in kept if not each.removed][-1]
        if kept[0].removed or kept[0].stamp != first.stamp:
            self.lake.write_again([first])
        self.restore(key)

    def _versions(self) -> Sequence[ObjectVersion]:
        return self.lake.versions(lake_keys.TRACKING_BACKUPS_PREFIX)


def _unknown() -> bool:
    """Return that nothing is known to differ: who changes the database as the stage does also changes the lake."""
    return False


def backed_up_at(key: str) -> datetime | None:
    """Return when the copy under a key was made; None for any other key."""
    try:
        return datetime.strptime(key, f"{lake_keys.TRACKING_BACKUPS_PREFIX}{lake_keys.BACKUP_NAME}").replace(tzinfo=UTC)
    except ValueError:
        return None
