"""`courtside watch`: check a deployed stage for drift now."""

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, say
from courtside.cli.drift import EXIT_DRIFT, decision_of
from courtside.cli.stage import Stage
from courtside.cli.stage_data import stage_lake
from courtside.contracts.days import parse_day
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse


def watch(
    stage: Stage = "dev",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Check the window that ends before this day [default: today].")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 when drift is found.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Run the stage's own drift check now, as its schedule does: it alerts and retrains where it finds a reason to.

    For a window that was checked before, only the result is read back, so nobody is alerted twice.

    Examples:

    - `courtside watch --stage dev`

    - `courtside watch --stage dev --as-of 2026-12-01 --json`
    """
    from courtside.adapters.deployed_check import check_now
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.contracts.names import StackOutput

    function = stage_outputs(stage)[StackOutput.CHECK_DRIFT]
    now = datetime.now(UTC)
    moment = datetime.combine(parse_day(as_of), time(), UTC) if as_of else now
    try:
        with people.status("Checking"), reaching_aws():
            found = check_now(function, DriftCheckRequest(model=stage_lake(stage)[1].name, as_of=moment))
    except KeyboardInterrupt:
        say("A check that has begun goes on without this command; `courtside status` says what it decided")
        raise
    print_json(found.model_dump(mode="json")) if as_json else print_pairs(_lines(found))
    if exit_code and (found.features_drifted or found.table_drifted or found.segments_drifted):
        raise typer.Exit(EXIT_DRIFT)


def _lines(found: DriftCheckResponse) -> dict[str, object]:
    again = "; it was checked before, so nobody was told again" if found.duplicate else ""
    lines: dict[str, object] = {
        "window": f"{found.window.start} to {found.window.end}, {found.rows:,} rows",
        "decision": f"{decision_of(found)}: {found.reason}{again}",
    }
    if found.features_drifted:
        lines["moved"] = ", ".join(found.features_drifted)
    if found.segments_drifted:
        lines["moved in segments"] = ", ".join(found.segments_drifted)
    if found.overdue_since:
        lines["new data"] = f"overdue: the newest row is of {found.overdue_since}"
    if found.files_quarantined:
        lines["set aside"] = ", ".join(found.files_quarantined)
    if found.execution_arn:
        lines["retraining"] = found.execution_arn
    if found.page_key or found.report_key:
        lines["report"] = found.page_key or found.report_key
    return lines
