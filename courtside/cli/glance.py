"""A stage's models at a glance, in the words of `models list` and of `status`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from courtside.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courtside.contracts.errors import CourtsideError
    from courtside.workflows.stage_overview import ModelOverview


def glance(found: "ModelOverview") -> dict[str, Any]:
    """Return for programs what is known of one model besides its entry."""
    under_way = found.under_way
    return {
        "health": found.judged.health.value,
        "why": found.judged.why,
        "champion": found.champion and found.champion.model_dump(mode="json"),
        "round": found.round and found.round.model_dump(mode="json"),
        "under_way": {
            "training": under_way.training,
            "remembered": under_way.remembered,
            "approval": under_way.approval and under_way.approval.model_dump(mode="json", exclude={"token"}),
        },
    }


def champion(found: "ModelOverview") -> str:
    """Say which version is champion since when."""
    return f"version {found.champion.version} since {found.champion.since:%Y-%m-%d}" if found.champion else "none yet"


def last_check(found: "ModelOverview") -> str:
    """Say when the newest round was, and what came of it by which rule."""
    newest = found.round
    if newest is None or newest.last_round_at is None:
        return _moment(None)
    rule = f" ({newest.last_rule})" if newest.last_rule else ""
    return _moment(newest.last_round_at) + (f": {newest.last_outcome}{rule}" if newest.last_outcome else "")


def next_due(found: "ModelOverview") -> str:
    """Say when the next check is due; rounds pass over a paused model."""
    return "" if found.entry.paused else _moment(found.next_due)


def say_unreadable(unreadable: "Mapping[str, CourtsideError]") -> None:
    """Tell which models have entries that cannot be read, and why."""
    for name, error in unreadable.items():
        say(f"{name} cannot be read: {error}", style="bold red")


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "not yet"
