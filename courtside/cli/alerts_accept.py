"""`courtside alerts accept` and `accepted`: what people say is the new normal, and how they take that back."""

from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.alerts_incidents import Note, document, person, stage_desk
from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.stage import Model, Stage, caller
from courtside.contracts.days import parse_day
from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.contracts.events import Window
    from courtside.contracts.records import AcceptedAct, IncidentRecord
    from courtside.workflows.accept import Acceptances


class UndoOfOne(BadInput):
    """An acceptance is taken back whole, and the newest first."""

    def __init__(self) -> None:
        super().__init__(
            "--undo takes the newest acceptance of the model back, whatever it was about: name only the model, as in "
            "`courtside alerts accept --undo --model churn`, and neither an incident nor days"
        )


class HalfAWindow(BadInput):
    """Only one end of a window was named."""

    def __init__(self) -> None:
        super().__init__("--from and --to belong together: name both days, or neither for the newest window")


def accept(
    incident_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="The incident that this answers [default: the model's open one]."),
    ] = None,
    stage: Stage = "dev",
    model: Model = None,
    note: Note = "",
    since: Annotated[
        str | None,
        typer.Option("--from", help="First day (YYYY-MM-DD) of the window [default: the newest that was checked]."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the newest acceptance of the model back.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say that what moved is the new normal: from the next check on it counts as accepted, until it moves again.

    What moved in the newest window that was checked, or from one day on before another, is compared with that window,
    too. That holds for this champion only, starts no training, and can be taken back.

    Examples:

    - `courtside alerts accept --model churn --note "the new app"`

    - `courtside alerts accept drift-2026-11-29-4f1c2b7a --stage dev`

    - `courtside alerts accept --model churn --from 2026-10-01 --to 2026-11-29`

    - `courtside alerts accept --undo --model churn`
    """
    window = _window(since, until)
    if undo and (window or incident_id):
        raise UndoOfOne
    with people.status("Asking the stage") as status:
        desk = stage_desk(stage)
        answered = desk.acceptable(incident_id, model=model) if incident_id else None
        acceptances = _acceptances(stage, answered.model if answered else model)
        status.update("Taking the acceptance back" if undo else "Comparing the window with the reference")
        if undo:
            act, incident = desk.take_back(acceptances, by=caller(), note=note)
        else:
            act, incident = desk.accept(acceptances, by=caller(), window=window, note=note, answered=answered)
    if as_json:
        print_json({"act": act.model_dump(mode="json"), "incident": incident and document(incident)})
    else:
        _say(act, incident, acceptances.dataset.name)


def accepted(
    stage: Stage = "dev",
    model: Model = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was taken back, and what was accepted of earlier champions.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List what people accepted as a model's new normal: what, by which window, who, when and why.

    Examples:

    - `courtside alerts accepted --model churn`

    - `courtside alerts accepted --model churn --all --json`
    """
    with people.status("Asking the stage"):
        acceptances = _acceptances(stage, model)
        found = [(act, holds) for act, holds in acceptances.acts() if holds or everything]
    if as_json:
        print_json([{**act.model_dump(mode="json"), "holds": holds} for act, holds in found])
    else:
        print_table(f"Accepted in {acceptances.dataset.name}", [_row(act, holds=holds) for act, holds in found])


def _row(act: "AcceptedAct", *, holds: bool) -> dict[str, str]:
    state = "holds" if holds else f"was of champion version {act.champion_version}"
    if act.undone_at is not None:
        state = f"taken back on {act.undone_at.date()} by {person(act.undone_by)}"
    return {
        "on": str(act.at.date()),
        "by": person(act.by),
        "what": listed(act.subjects),
        "window": f"{act.window.start} to {act.window.end}",
        "state": state,
        "note": act.note,
    }


def _window(since: str | None, until: str | None) -> "Window | None":
    if since is None and until is None:
        return None
    if since is None or until is None:
        raise HalfAWindow
    from courtside.contracts.events import Window
    from courtside.core.drift.reading import Days

    first, end = parse_day(since), parse_day(until)
    Days(first, end)  # raises if they are the wrong way round
    return Window(start=first, end=end)


def _acceptances(stage: str, model: str | None) -> "Acceptances":
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.function_environment import function_environment
    from courtside.bootstrap.stage import acceptances_of
    from courtside.cli.stage_data import stage_lake
    from courtside.contracts.environment import CheckDriftEnv
    from courtside.contracts.names import StackOutput

    name = stage_lake(stage, model)[1].name
    with reaching_aws():
        env = CheckDriftEnv.read(function_environment(stage_outputs(stage)[StackOutput.CHECK_DRIFT]))
    return acceptances_of(env, name)


def _say(act: "AcceptedAct", incident: "IncidentRecord | None", model: str) -> None:
    what = listed(act.subjects)
    window = f"the window from {act.window.start} to {act.window.end} ({act.rows:,} rows)"
    if act.undone_at is not None:
        say(f"{what} of {model} counts as drift again: the acceptance by {act.by} of {window} was taken back")
    else:
        say(f"{what} of {model} is accepted as in {window}, for champion version {act.champion_version}")
        for name, why in act.left_out.items():
            say(f"{name} is left out: {why}")
        say(f"To take it back: `courtside alerts accept --undo --model {model}`")
    if incident is not None:
        say(f"Incident {incident.id} is {incident.state}" + ("" if act.undone_at is None else " until the next check"))
