"""`courtside restore`: bring what a stage keeps back to one moment."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.stage import Stage
from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.workflows.restore.stores import Change


class StoreName(StrEnum):
    """What a stage keeps its data in."""

    LAKE = "lake"
    ARTIFACTS = "artifacts"
    TRACKING = "tracking"
    LEDGER = "ledger"


class NotAMoment(BadInput):
    """A moment was not written as one, or has not come yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a moment that has passed: write it in UTC, such as 2026-11-30T07:10:00Z")


class RestoreNotConfirmed(BadInput):
    """Bringing a stage back is confirmed by a person or by an option, and nobody is there to ask."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__(
            f"nothing of stage {stage} was brought back, because nobody can be asked here; confirm it with --yes, or "
            "see with --dry-run what would change"
        )


def restore(
    to: Annotated[str, typer.Option(help="The moment in UTC, such as 2026-11-30T07:10:00Z.")],
    only: Annotated[
        list[StoreName] | None, typer.Option(help="Only this store; repeat it for several [default: all].")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stage: Stage = "dev",
    as_json: JsonFlag = False,
) -> None:
    """Bring what a stage keeps back to one moment: lake, artifacts, tracking database and ledger.

    Objects come from the versions that their buckets keep, the ledger from DynamoDB's point-in-time recovery, and the
    tracking database from the newest backup up to then (`courtside tracking backup` makes one). Files that arrived,
    backups and erasures stay. Nothing of the stage may run meanwhile. The same command again finishes what broke off.

    Examples:

    - `courtside restore --to 2026-11-30T07:10:00Z --stage dev --dry-run`

    - `courtside restore --to 2026-11-30T07:10:00Z --only lake --only artifacts --yes`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.bootstrap.restoring import deployed_restoring
    from courtside.cli.tracking import ran

    now = datetime.now(UTC)
    moment = _moment(to, now)
    wanted = set(only or StoreName)
    status = people.status("Asking the stage")
    with status, reaching_aws():
        restoring = deployed_restoring(
            stage_outputs(stage),
            wanted,
            restore_tracking=lambda key: ran(stage, ["restore", "--replace", "--", key]),
            now=now,
            progress=status.update,
        )
        status.update("Comparing what is there with what was there")
        changes = restoring.look(moment)
    if not dry_run:
        if not yes:
            _ask(changes, stage)
        try:
            with status, reaching_aws():
                status.update("Bringing it back")
                restoring.make(changes)
        except KeyboardInterrupt:
            say("Not all was brought back: the stage may be of both times until the same command has run to its end")
            raise
    with reaching_aws():
        undone = restoring.work.trainings_since(moment)
    _tell(changes, undone, made=not dry_run, as_json=as_json)


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(text) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment > now:
        raise NotAMoment(text)
    return moment


def _ask(changes: "Sequence[Change]", stage: str) -> None:
    if not sys.stdin.isatty():
        raise RestoreNotConfirmed(stage)
    _show(changes)
    typer.confirm(f"Bring this of stage {stage} back?", abort=True, err=True)


def _tell(changes: "Sequence[Change]", undone: Sequence[str], *, made: bool, as_json: bool) -> None:
    if as_json:
        print_json({
            "restored": made,
            "stores": [{**row, "notes": change.notes} for row, change in zip(_rows(changes), changes, strict=True)],
            "trainings_since": undone,
        })  # fmt: skip
        return
    _show(changes)
    if undone:
        again = sorted({f"`courtside retrain --model {each.partition('.')[0]}`" for each in undone})
        say(
            f"{len(undone)} trainings ran after that moment ({listed(undone)}), and what they did is not in it. To "
            f"train again: {listed(again)}"
        )
    say("It is done: `courtside doctor` says whether all agrees" if made else "Nothing was changed")


def _show(changes: "Sequence[Change]") -> None:
    print_table("Restore", _rows(changes))
    for note in sorted({note for each in changes for note in each.notes}):
        say(note)


def _rows(changes: "Sequence[Change]") -> list[dict[str, Any]]:
    return [
        {
            "store": each.store,
            "as of (UTC)": f"{each.to:%Y-%m-%dT%H:%M:%SZ}",
            "written again": each.written,
            "removed": each.removed,
            "from": each.source,
        }
        for each in changes
    ]
