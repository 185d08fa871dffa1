"""The versions that predict beside a champion, and what the promise tests know of them."""

from courtside.contracts.scoring import Opponent
from courtside.core.dashboard.views import Shadow
from courtside.workflows.archive_log import LogDamaged, promise_tests_log
from courtside.workflows.ports import Lake, ObjectMissing

_BESIDE = {Opponent.PREVIOUS, Opponent.CHALLENGER, Opponent.SHADOW}


def shadows(model: str, champion: str | None, *, loss: str, lake: Lake) -> tuple[Shadow, ...]:
    """Return what the newest promise tests say by a loss of the champion and the versions beside it."""
    log = promise_tests_log(model, lake=lake)
    looks = log.days()
    if not looks:
        return ()
    newest = max(looks)
    try:
        rows = log.read(newest, looks[newest][-1]).to_pylist()
    except (LogDamaged, ObjectMissing):
        return ()
    return tuple(
        Shadow(
            version=row["opponent_version"] or "",
            role=row["opponent"],
            metric=row["loss"],
            rows=row["rows"],
            difference=row["difference"],
            low=row["low"],
            high=row["high"],
            outcome=row["outcome"],
        )
        for row in rows
        if row["opponent"] in _BESIDE and (row["version"], row["loss"]) == (champion, loss)
    )
