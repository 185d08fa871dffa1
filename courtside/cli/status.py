"""`courtside status`: what a stage is doing."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from courtside.cli.console import JsonFlag, print_json, results
from courtside.cli.stage import Stage

if TYPE_CHECKING:
    from courtside.workflows.status import StageStatus


def status(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Show the champion, the last check and its decision, what retrains and what waits for approval.

    Example: `courtside status --stage dev`
    """
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.workflows.status import stage_status

    outputs = stage_outputs(stage)
    ledger, lake = DynamoDbLedger(outputs[StackOutput.LEDGER_TABLE]), S3Lake(outputs[StackOutput.LAKE_BUCKET])
    found = stage_status(ledger, lake, now=datetime.now(UTC))
    if as_json:
        print_json(_document(stage, found))
        return
    for name, line in _lines(found):
        results.print(f"{name:<12}{line}", markup=False, highlight=False, soft_wrap=True)


def _document(stage: str, found: "StageStatus") -> dict[str, object]:
    return {
        "stage": stage,
        **asdict(found),
        "champion": found.champion and found.champion.model_dump(mode="json"),
        "last_decision": found.last_decision and found.last_decision.model_dump(mode="json"),
        "approvals": [each.model_dump(mode="json", exclude={"token"}) for each in found.approvals],
    }


def _lines(found: "StageStatus") -> list[tuple[str, str]]:
    champion, decision = found.champion, found.last_decision
    lines = [
        (
            "champion",
            f"version {champion.version} since {champion.since:%Y-%m-%d %H:%M} UTC ({champion.rule}: {champion.reason})"
            if champion
            else "none yet: courtside retrain --trigger initial",
        ),
        (
            "last check",
            f"{decision.decided_at:%Y-%m-%d %H:%M} UTC of {decision.window.start} to {decision.window.end}: "
            f"{decision.action} ({decision.rule}: {decision.reason})"
            if decision
            else "none yet",
        ),
        ("retraining", found.retraining or "none runs"),
    ]
    if found.waiting_request:
        lines.append(("waiting", f"training {found.waiting_request}, for the one that runs"))
    lines += [
        ("approval", f"training {each.training_id} until {each.expires_at:%Y-%m-%d %H:%M} UTC: {each.reason}")
        for each in found.approvals
    ]
    return lines
