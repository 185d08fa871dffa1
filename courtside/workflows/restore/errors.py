"""What keeps a stage from being brought back to a moment."""

from collections.abc import Sequence
from datetime import datetime

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed


class MomentNotKept(BadInput):
    """A store does not remember the moment any more, or not yet."""

    def __init__(self, store: str, moment: datetime, *, earliest: datetime, latest: datetime) -> None:
        self.store = store
        self.moment = moment
        super().__init__(
            f"{store} cannot be brought back to {told(moment)}, so nothing was changed: AWS keeps what it was between "
            f"{told(earliest)} and {told(latest)}. Name a moment in between with --to, or leave {store} out with --only"
        )


class NoBackupThen(BadInput):
    """No backup of the tracking database was made up to the moment."""

    def __init__(self, moment: datetime, first: datetime | None) -> None:
        self.moment = moment
        oldest = "there is none at all" if first is None else f"the oldest one is of {told(first)}"
        super().__init__(
            f"no backup of the tracking database was made up to {told(moment)} ({oldest}), so nothing was changed. "
            "Name the moment of a backup with --to (`courtside tracking backups` lists them), or leave the tracking "
            "database out with --only"
        )


class LedgerDeleted(CourtsideError):
    """The ledger's table was deleted; AWS keeps a backup of its last moment."""

    def __init__(self, table: str, backup: str | None) -> None:
        self.table = table
        self.backup = backup
        again = (
            f"restore it with `aws dynamodb restore-table-from-backup --target-table-name {table} "
            f"--backup-arn {backup}`, switch its point-in-time recovery on again with `aws dynamodb "
            f"update-continuous-backups --table-name {table} --point-in-time-recovery-specification "
            "PointInTimeRecoveryEnabled=true`, then run this command again with --only for every store but the ledger"
        )
        none = "AWS has no backup of it in this account and region either"
        super().__init__(f"the ledger's table {table} was deleted, so nothing was changed; {again if backup else none}")


class StageWorks(CourtsideError):
    """Rounds or trainings run, and write what would be brought back."""

    def __init__(self, executions: Sequence[str]) -> None:
        self.executions = tuple(executions)
        super().__init__(
            f"{len(executions)} executions of the stage run ({listed(executions)}), so nothing was changed. Wait until "
            "they have ended, or stop them with `aws stepfunctions stop-execution`, then run the same command again"
        )


class StageWorkedMeanwhile(CourtsideError):
    """Rounds or trainings began while a stage was brought back."""

    def __init__(self, executions: Sequence[str]) -> None:
        self.executions = tuple(executions)
        super().__init__(
            f"{len(executions)} executions began while the stage was brought back ({listed(executions)}), and may have "
            "written something of both times; run the same command again once they have ended"
        )


class StageWrittenMeanwhile(CourtsideError):
    """Somebody wrote to stores, by a command for instance, while they were brought back."""

    def __init__(self, stores: Sequence[str]) -> None:
        self.stores = tuple(stores)
        super().__init__(
            f"somebody wrote to {listed(stores)} while the stage was brought back, by promoting a version for "
            "instance, so it may hold something of both times; run the same command again, and no other meanwhile"
        )


def told(moment: datetime) -> str:
    """Return a moment as --to takes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
