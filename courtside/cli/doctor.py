"""`courtside doctor`: is this machine, this account and this stage as they should be?"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli import layout
from courtside.cli.console import JsonFlag, people, print_json, results
from courtside.cli.hints import with_named
from courtside.cli.stage import Stage, signed
from courtside.cli.stage_data import stage_models

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.contracts.records import StageModel
    from courtside.core.findings import Finding
    from courtside.workflows.stage_models import StageModels

ROOT = Path(__file__).parents[2]
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    stage: Stage = "dev",
    preflight: Annotated[
        bool, typer.Option("--preflight", help="Also examine what a first deployment would stumble over.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Examine what a deployment needs and, once the stage is deployed, whether it works; only reads.

    Each line is ok, warn or fail and says what to do; the command exits with 1 when something fails.

    --preflight also examines availability zones, service-linked roles, log policies, quotas, GuardDuty, the processor.

    Examples:

    - `courtside doctor --stage dev`

    - `courtside doctor --stage prod --preflight`
    """
    from courtside.adapters.examination.examine import examine
    from courtside.core.findings import failed

    with people.status("Examining"):
        found = examine("examination", lambda: _examined(stage, preflight=preflight))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        _print(found)
    raise typer.Exit(int(failed(found)))


def _examined(stage: str, *, preflight: bool) -> Iterator["Finding"]:
    from courtside.adapters.deployment import reaching_aws
    from courtside.adapters.examination import account
    from courtside.adapters.examination.examine import examine
    from courtside.adapters.examination.machine import machine, stage_settings
    from courtside.adapters.examination.stage import stack_statuses, stacks

    settings, finding = stage_settings(ROOT, stage)
    answers, found = account.caller(settings)
    statuses: dict[str, str | None] = {}
    if answers:
        with reaching_aws():
            statuses = stack_statuses(stage)
    deployed = any(statuses.values())
    yield from examine("machine", lambda: machine(ROOT, deployed=deployed))
    yield finding
    yield from _addresses(settings)
    yield from found
    if not answers:
        return
    yield from examine("bootstrap", lambda: account.bootstrap(settings))
    if preflight or not deployed:
        yield from examine("preflight", lambda: _before_deploying(settings, everything=preflight))
    yield from stacks(stage, statuses)
    if all(statuses.values()):
        yield from examine("stage", lambda: _working(stage, list(statuses)))


def _before_deploying(settings: dict[str, Any] | None, *, everything: bool) -> Iterator["Finding"]:
    import boto3

    from courtside.adapters.examination.preflight import Plan, preflight, quotas

    plan = Plan(settings=settings or {}, region=str(boto3.Session().region_name), root=ROOT)
    yield from preflight(plan) if everything else quotas.EXAMINATION.look(plan)


def _addresses(settings: dict[str, Any] | None) -> Iterator["Finding"]:
    from courtside.core.findings import doubtful, fine

    if settings is None:
        return
    if settings["alert_emails"]:
        yield fine("settings alert_emails", ", ".join(settings["alert_emails"]))
    else:
        fix = "set alert_emails in infra/settings.py to at least one address"
        yield doubtful("settings alert_emails", "nobody gets alerts by e-mail", fix)


def _working(stage: str, standing: list[str]) -> Iterator["Finding"]:
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.examination import alert_channel, monitoring, network
    from courtside.adapters.examination.backups import backups
    from courtside.adapters.examination.examine import examine
    from courtside.adapters.examination.stage import alarms, service
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.stack_resources import stack_resources
    from courtside.contracts.channels import CHANNELS
    from courtside.contracts.names import StackOutput

    outputs = stage_outputs(stage)
    resources = [resource for stack in standing for resource in stack_resources(stack)]
    yield from examine("service", lambda: service(resources))
    yield from examine("models", lambda: _models(outputs))
    yield from examine("schedule", lambda: monitoring.schedule(resources, lake=outputs[StackOutput.LAKE_BUCKET]))
    lake = S3Lake(outputs[StackOutput.LAKE_BUCKET])
    yield from examine("backup", lambda: backups(lake, now=datetime.now(UTC)))
    yield from examine("dead letters", lambda: monitoring.dead_letters(resources))
    yield from examine("default security group", lambda: network.default_group(resources))
    yield from examine("alarms", lambda: alarms(resources))
    yield from examine("alert e-mail", lambda: monitoring.subscriptions(outputs[StackOutput.ALERT_TOPIC]))
    for channel in CHANNELS.values():
        yield from examine(channel.title, partial(alert_channel.webhook, channel, outputs))
    yield from examine("alerts", lambda: alert_channel.undelivered(resources))


def _models(outputs: "StageOutputs") -> Iterator["Finding"]:
    """Examine each of the stage's models; where there are several, a finding names its model."""
    from courtside.adapters.examination.examine import examine
    from courtside.core.findings import doubtful

    models = stage_models(outputs)
    listing = models.list()
    names = listing.names
    entries = {each.name: each for each in listing.models}
    if not names:
        yield doubtful("models", "the stage has none yet", "courtside models add CONTRACT.yaml")
    for name in names:
        found = [
            *examine("model", partial(_model, name, models, outputs)),
            *(examine("rounds", partial(_rounds, entries[name], models)) if name in entries else ()),
        ]
        yield from found if len(names) == 1 else (replace(each, check=f"{each.check} of {name}") for each in found)


def _rounds(entry: "StageModel", models: "StageModels") -> Iterator["Finding"]:
    from courtside.adapters.examination.rounds import rounds
    from courtside.workflows.stage_overview import overview

    (found,) = overview([entry], ledger=models.ledger, now=datetime.now(UTC))
    yield from rounds(found)


def _model(name: str, models: "StageModels", outputs: "StageOutputs") -> Iterator["Finding"]:
    from courtside.adapters.examination import retraining
    from courtside.adapters.examination.arrived_files import arrived_files
    from courtside.adapters.examination.examine import examine
    from courtside.adapters.examination.loaded_data import loaded_data
    from courtside.adapters.executions import StepFunctionsExecutions
    from courtside.contracts.names import StackOutput
    from courtside.workflows.model_ledger import ModelLedger

    lake, dataset, ledger = models.lake, models.dataset(name), ModelLedger(models.ledger, name)
    uri, machine = signed(outputs[StackOutput.TRACKING_URI]), outputs[StackOutput.RETRAINING]
    yield from examine(
        "champion", lambda: retraining.champion(ledger, lake=lake, tracking_uri=uri, place=dataset.place)
    )
    yield from examine("loaded data", lambda: loaded_data(lake, dataset))
    yield from examine("arrivals", lambda: arrived_files(lake, dataset))
    yield from examine("lock", lambda: retraining.lock(ledger, machine=machine, now=datetime.now(UTC)))
    yield from examine(
        "last training", lambda: retraining.trainings(StepFunctionsExecutions(machine, name), model=name)
    )


def _print(found: list["Finding"]) -> None:
    width = max(len(finding.check) for finding in found)
    for finding in found:
        results.print(f"{finding.level:>4}  ", style=_COLOURS[finding.level], end="")
        indent = " " * len("fail  ")
        said = {finding.check.ljust(width): finding.detail, "": f"→ {with_named(_typed(finding.fix))}"}
        if not finding.fix:
            del said[""]
        lines = layout.pairs(said, results.width - len(indent) if results.is_terminal else None)
        results.print(f"\n{indent}".join(lines), markup=False, highlight=False, soft_wrap=True)


def _typed(fix: str) -> str:
    """Mark a fix that is a command: it is kept on one line, so that it can be copied, and names the stage."""
    return f"`{fix}`" if fix.startswith(("courtside ", "npx ", "aws ")) else fix
