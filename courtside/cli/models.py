"""`courtside models`: put models into a stage, look at them, pause and remove them. None of it is a deployment."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.glance import champion, glance, last_check, next_due, say_unreadable
from courtside.cli.models_beside import models_beside
from courtside.cli.own_packages import require_packages
from courtside.cli.renamed_commands import add_former_commands
from courtside.cli.stage import ModelName, Stage, caller
from courtside.cli.stage_data import delete_stage_data, stage_models
from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.adapters.model_subscriptions import Told
    from courtside.contracts.records import StageModel
    from courtside.core.dataset import Dataset
    from courtside.workflows.ports import Lake
    from courtside.workflows.stage_models import StageModels
    from courtside.workflows.stage_overview import ModelOverview

app = typer.Typer(no_args_is_help=True, help="Put models into a stage, look at them, pause or remove them.")
add_former_commands(app)
app.command("beside")(models_beside)


class NotConfirmed(BadInput):
    """Removing a model is confirmed by a person or by an option, and nobody is there to ask."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"{model} was not removed, because nobody can be asked here; confirm it with --yes. Nothing was changed"
        )


@app.command("add")
def add_model(
    contract: Annotated[
        str, typer.Argument(metavar="CONTRACT", help="A contract's YAML file, or the name of a shipped contract.")
    ],
    stage: Stage = "dev",
    as_json: JsonFlag = False,
) -> None:
    """Put a model into a stage, or a changed contract in place of its model's contract before.

    The contract is checked, and compared with the rows that the stage or its key `table` has; the next round looks at
    the model. The same contract again changes nothing. A contract that says something else than before needs a higher
    `version`; all versions are kept.

    Examples:

    - `courtside models add nba_games --stage dev`

    - `courtside models add churn.yaml --stage prod --json`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.datasets.catalog import contract_content, parse_dataset
    from courtside.workflows.stage_models import Added

    content = contract_content(contract)
    dataset = parse_dataset(contract, content)
    with people.status(f"Adding {dataset.name}"), reaching_aws():
        outputs = stage_outputs(stage)
        models = stage_models(outputs)
        require_packages(dataset, content, outputs)
        compared = _compared(dataset, contract, lake=models.lake)
        entry, outcome = models.add(content, source=contract, by=caller(), now=datetime.now(UTC))
        told = _tell(models, outputs)
    uri = models.lake.uri(entry.contract_key)
    result = {"model": entry.name, "outcome": outcome.value, "version": entry.version, "contract": uri}
    if as_json:
        print_json({**result, "compared_with": compared, "sha256": entry.sha256, **asdict(told)})
        return
    no_rows = "games are checked when they are loaded" if dataset.builder else "there are no rows yet"
    print_pairs({**result, "compared with": compared or f"nothing: {no_rows}"})
    _say_told(told)
    if entry.paused:
        say(f"{entry.name} is paused: `courtside models resume {entry.name}`")
    if outcome is Added.NEW:
        load = "games load --games FILE" if dataset.builder else "tables load --table FILE"
        first = f"`courtside retrain --model {entry.name} --trigger initial --wait`"
        say(f"Next: load its rows (`courtside {load} --model {entry.name}`), then train its first champion ({first})")


def _compared(dataset: "Dataset", contract: str, *, lake: "Lake") -> str | None:
    """Return where the rows lie that the contract was compared with, None where there are none yet.

    Raises `ContractUnfit`, and `UnreadableFile` for a table that is there and cannot be read.
    """
    from courtside.contracts import lake_keys
    from courtside.datasets.catalog import table_address

    address = table_address(contract, dataset)
    if address is None and not lake.keys(lake_keys.tables(dataset.name)):
        return None  # before what reads tables is imported, which takes a sixth of the command's time
    from courtside.api.inputs import content_of
    from courtside.core.drift.reading import TableMissing
    from courtside.workflows.contract_fit import ContractUnfit, require_fit, require_fit_of_loaded

    if loaded := require_fit_of_loaded(dataset, lake=lake):
        return loaded
    if address is None:
        return None
    try:
        require_fit(dataset, address, lambda: content_of(address, dataset))
    except ContractUnfit as unfit:
        if isinstance(unfit.error, TableMissing):
            return None
        raise
    return address


@app.command("list")
def list_models(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List a stage's models: what each predicts, its champion, what the last round said, and when the next is due.

    Example: `courtside models list --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.workflows.stage_overview import overview

    with people.status("Asking the stage"), reaching_aws():
        models = stage_models(stage_outputs(stage))
        listing = models.list()
        found = overview(listing.models, ledger=models.ledger, now=datetime.now(UTC))
    if as_json:
        broken = [{"name": name, "problem": str(error)} for name, error in listing.unreadable.items()]
        print_json([*map(_document, found), *broken])
        return
    print_table("Models", [_row(each) for each in found])
    say_unreadable(listing.unreadable)
    if not listing.names:
        say("Add one with `courtside models add CONTRACT.yaml`; `courtside init TABLE` writes a contract")


def _document(found: "ModelOverview") -> dict[str, Any]:
    return {**found.entry.model_dump(mode="json"), **glance(found)}


def _row(found: "ModelOverview") -> dict[str, Any]:
    return {
        "model": found.entry.name,
        "task": found.entry.task,
        "champion": champion(found),
        "health": found.judged.health.value,
        "last check (UTC)": last_check(found),
        "next due (UTC)": next_due(found),
        "owner": found.entry.owner or "",
    }


@app.command("show")
def show_model(model: ModelName, stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Show one of a stage's models, its contract, and where the lake holds its records.

    Example: `courtside models show churn --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.workflows.stage_overview import overview

    with people.status("Asking the stage"), reaching_aws():
        models = stage_models(stage_outputs(stage))
        entry = models.show(model)
        dataset, content = models.dataset(model), models.contract(entry)
        (found,) = overview([entry], ledger=models.ledger, now=datetime.now(UTC))
    lake = models.lake.uri(lake_keys.records(model))
    if as_json:
        print_json({**_document(found), "lake": lake, "contract": content.decode()})
        return
    place = dataset.place
    print_pairs({
        **_row(found),
        "under way": str(found.under_way) or "nothing",
        "lake": lake,
        "contract": f"version {entry.version}, {models.lake.uri(entry.contract_key)}",
        "added": f"{entry.added_at:%Y-%m-%d %H:%M} UTC by {entry.added_by}",
        "told": ", ".join(entry.alerts) or "the stage's own addresses and channels only",
        "target": dataset.target,
        "features": len(dataset.features) or "inferred from the rows",
        "in MLflow": f"registered model {place.registered_model}, experiment {place.experiment}",
    })  # fmt: skip


@app.command("pause")
def pause_model(model: ModelName, stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Let rounds pass over a model until it is resumed; a training that runs goes on.

    Example: `courtside models pause churn --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs

    with people.status(f"Pausing {model}"), reaching_aws():
        entry = stage_models(stage_outputs(stage)).pause(model)
    _print_state(entry, as_json=as_json)


@app.command("resume")
def resume_model(model: ModelName, stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Let rounds look at a paused model again.

    Example: `courtside models resume churn --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs

    with people.status(f"Resuming {model}"), reaching_aws():
        entry = stage_models(stage_outputs(stage)).resume(model)
    _print_state(entry, as_json=as_json)


def _print_state(entry: "StageModel", *, as_json: bool) -> None:
    state = "paused: rounds pass over it" if entry.paused else "watched: the next round looks at it"
    print_json(entry.model_dump(mode="json")) if as_json else print_pairs({"model": entry.name, "state": state})


@app.command("remove")
def remove_model(
    model: ModelName,
    stage: Stage = "dev",
    delete: Annotated[
        bool,
        typer.Option(
            "--delete-data",
            help="Also delete its rows, predictions, labels, records and sealed versions from the lake.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Let a stage forget a model; without --delete-data its contracts, rows, records and versions stay where they are.

    `courtside models add` brings it back as it was. Versions and runs in MLflow stay there in any case.

    Examples:

    - `courtside models remove churn --stage dev`

    - `courtside models remove churn --stage prod --delete-data --yes --json`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.workflows.stage_model_errors import ModelRemoved

    with people.status(f"Looking for {model}"), reaching_aws():
        outputs = stage_outputs(stage)
        models, now = stage_models(outputs), datetime.now(UTC)
        try:
            models.show(model)
        except ModelRemoved:
            if not delete:
                raise
    if not yes:
        _ask(model, stage, delete=delete)
    with people.status(f"Removing {model}"), reaching_aws():
        removed = models.remove(model, now=now)
        _tell(models, outputs)
        deleted = delete_stage_data(models, removed, outputs, now=now) if delete else 0
    if as_json:
        print_json({**removed.model_dump(mode="json"), "deleted": deleted})
    elif delete:
        say(f"{model} was removed, and {deleted} objects of it were deleted; the bucket keeps them for a while")
    else:
        say(f"{model} was removed. Nothing was deleted: its contracts, rows and records are in the lake")
        say("To bring it back, add its contract again with `courtside models add`")


def asks() -> bool:
    """Say whether somebody is there who can be asked."""
    return sys.stdin.isatty()


def _ask(model: str, stage: str, *, delete: bool) -> None:
    if not asks():
        raise NotConfirmed(model)
    what = "All that the lake holds of it alone is deleted, too" if delete else "Nothing is deleted"
    typer.confirm(f"Remove {model} from stage {stage}? {what}.", abort=True, err=True)


def _tell(models: "StageModels", outputs: "StageOutputs") -> "Told":
    """Let the addresses of the models' contracts hear of their models, and of no others."""
    from courtside.adapters.model_subscriptions import ModelSubscriptions
    from courtside.contracts.names import StackOutput

    return ModelSubscriptions(outputs[StackOutput.ALERT_TOPIC]).follow(models.list())


def _say_told(told: "Told") -> None:
    for address in told.asked:
        say(f"{address} was sent a mail by AWS Notifications, and hears of its models once it is confirmed")
    for address in told.unconfirmed:
        say(f"warning: {address} has not confirmed yet, so it hears nothing; run this again once it has")
