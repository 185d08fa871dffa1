"""The pages of a folder of replays, built as those of a stage are."""

from collections.abc import Sequence

from courtside.contracts import dashboard_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.records import ReplayRecord
from courtside.contracts.shortening import shortened
from courtside.core.sentences import enumerated
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake, Ledger, ObjectMissing
from courtside.workflows.replays.served import noon
from courtside.workflows.stage_models import StageModels

STAGE = "replay"
"""What stands on the pages in place of a stage's name."""


class NoReplay(BadInput):
    """A folder holds no replay."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} holds no replay; make one with `courtside backtest --pages {folder}`, or name the folder that "
            "was given there"
        )


class ReplayUnknown(BadInput):
    """A folder holds no replay of this name; `known` are those that it holds."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"the folder holds no replay {shortened(name)!r}; its replays are {enumerated(known)}")


def replays_of(ledger: Ledger, *, lake: Lake) -> tuple[ReplayRecord, ...]:
    """Return the replays of a folder, by name; one that did not end is left out. Raises `NoReplay`."""
    found = []
    for name in StageModels(ledger, lake).list().names:
        try:
            found.append(read_document(ReplayRecord, dashboard_keys.replay(name), lake=lake))
        except ObjectMissing:
            continue
    if not found:
        raise NoReplay(lake.uri(""))
    return tuple(found)


def publish(ledger: Ledger, *, lake: Lake, wanted: str | None = None) -> Sequence[str]:
    """Build the pages of a folder's replays as of when they end, and return their keys, the page of all first.

    Raises `NoReplay`, `ReplayUnknown` where one is `wanted` that is not there, and what building pages raises.
    """
    replays = replays_of(ledger, lake=lake)
    names = [each.model for each in replays]
    if wanted not in {None, *names}:
        raise ReplayUnknown(str(wanted), names)
    dashboard = Dashboard(STAGE, StageModels(ledger, lake), replays=replays)
    keys = [key for each in replays for key in dashboard.publish_model(each.model, now=noon(each.end))]
    return [*dashboard.publish_stage(now=noon(max(each.end for each in replays))), *keys]
