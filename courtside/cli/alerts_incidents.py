"""`courtside alerts list`, `show`, `ack` and `snooze`: what is open, and who looks after it until when."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.stage import OneModel, Stage, caller
from courtside.contracts.errors import BadInput
from courtside.contracts.incidents import IncidentState
from courtside.core.rhythm.durations import parse_duration, written

if TYPE_CHECKING:
    from courtside.contracts.records import IncidentEvent, IncidentRecord
    from courtside.workflows.incidents.desk import Desk
    from courtside.workflows.stage_models import StageModels

RUNBOOKS = "docs/runbooks.md"
LONGEST_ANSWER = timedelta(days=90)
_INTERNAL = {"unsent", "taken", "kept"}


class AnswerTooLong(BadInput):
    """An answer may hold for a while only, and not for no time."""

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(
            f"--for {given} is not between 1h and {written(LONGEST_ANSWER)}: what nobody looks at for longer is "
            "forgotten. Snooze it again then, or accept what moved as the new normal"
        )


def _span(given: str | None) -> str | None:
    if given is not None and not timedelta(0) < parse_duration(given) <= LONGEST_ANSWER:
        raise AnswerTooLong(given)
    return given


IncidentId = Annotated[
    str, typer.Argument(metavar="ID", help="The incident, as its alert and `courtside alerts list` name it.")
]
Note = Annotated[str, typer.Option(help="A remark, which is kept with the answer.")]
For = Annotated[
    str, typer.Option("--for", callback=_span, help="For how long: hours, days or weeks, such as 12h or 3d.")
]
ForIfAny = Annotated[
    str | None,
    typer.Option("--for", callback=_span, help="For how long, such as 12h or 3d [default: until it is over]."),
]


def list_incidents(
    stage: Stage = "dev",
    model: OneModel = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Also the last one of each model and kind that is over.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List what is open, the newest first: incidents of the models and of the stage, and its alarms that are on.

    Examples:

    - `courtside alerts list --stage dev`

    - `courtside alerts list --model churn --resolved --json`
    """
    with people.status("Asking the stage"):
        found = stage_desk(stage).list(model, resolved=resolved)
    if as_json:
        print_json([document(each) for each in found])
        return
    print_table("Incidents", [_row(each) for each in found])
    if any(each.state is IncidentState.OPEN for each in found):
        say("→ To see one in full, with what you can do: `courtside alerts show ID`")


def show_incident(
    incident_id: IncidentId, stage: Stage = "dev", model: OneModel = None, as_json: JsonFlag = False
) -> None:
    """Show one incident in full: what it is about, who looks after it, what happened, and what you can do.

    Example: `courtside alerts show drift-2026-11-29-4f1c2b7a --stage dev`
    """
    with people.status("Asking the stage"):
        found = stage_desk(stage).find(incident_id, model=model)
    if as_json:
        print_json(document(found))
        return
    print_pairs(dict(_pairs(found)))
    if found.events:
        print_table("What happened", [_event(each) for each in found.events])
    for hint in _next(found):
        say(f"→ {hint}")


def acknowledge(
    incident_id: IncidentId,
    stage: Stage = "dev",
    model: OneModel = None,
    span: ForIfAny = None,
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """Say that you look after an incident: it is not escalated, and people hear of it only if something new moves.

    Examples:

    - `courtside alerts ack drift-2026-11-29-4f1c2b7a --stage dev`

    - `courtside alerts ack drift-2026-11-29-4f1c2b7a --for 2d --note "asked the data team"`
    """
    with people.status("Giving the answer"):
        desk = stage_desk(stage)
        desk.find(incident_id, model=model)
        done = desk.acknowledge(incident_id, by=caller(), until=_until(desk, span), note=note)
    _print_answer(done, as_json=as_json)


def snooze(
    incident_id: IncidentId,
    span: For,
    stage: Stage = "dev",
    model: OneModel = None,
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """Let an incident rest: people hear of it again when the time is over, or earlier if something new moves.

    Example: `courtside alerts snooze drift-2026-11-29-4f1c2b7a --for 3d --note "known until the new feed"`
    """
    with people.status("Giving the answer"):
        desk = stage_desk(stage)
        desk.find(incident_id, model=model)
        until = desk.now + parse_duration(span)
        done = desk.snooze(incident_id, by=caller(), until=until, note=note)
    _print_answer(done, as_json=as_json)


def stage_desk(stage: str, models: "StageModels | None" = None) -> "Desk":
    """Return what is open in a stage as of now; raises `StageNotDeployed` and `AwsUnusable`."""
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.stack_resources import stack_resources
    from courtside.adapters.stage_alarms import alarms_on
    from courtside.cli.stage_data import stage_models
    from courtside.contracts.names import stack_name
    from courtside.workflows.incidents import Incidents
    from courtside.workflows.incidents.desk import Desk

    models = models or stage_models(stage_outputs(stage))
    with reaching_aws():
        alarms = alarms_on(stack_resources(stack_name(stage, "pipeline")))
    return Desk(Incidents(models.ledger, models.lake), alarms, datetime.now(UTC))


def open_incidents(stage: str, models: "StageModels", model: str | None) -> "list[IncidentRecord]":
    """Return what is open in a stage, or what concerns one of its models: its own incidents and the stage's."""
    found = stage_desk(stage, models).list()
    return [each for each in found if model is None or each.model in {model, ""}]


def show_open(found: Sequence["IncidentRecord"]) -> None:
    """Print what is open below the other things that a stage does; nothing where nothing is."""
    if found:
        print_table("Open incidents", [_row(each) for each in found])


def to_look(found: Sequence["IncidentRecord"]) -> Iterator[str]:
    """Say what to type for what nobody looks after yet."""
    for each in found:
        if each.state is IncidentState.OPEN:
            named = f" --model {each.model}" if each.model else ""
            yield f"Nobody looks after it yet: `courtside alerts show {each.id}{named}`"


def document(found: "IncidentRecord") -> dict[str, Any]:
    """Return an incident for programs, with its runbook and without what only the stage needs."""
    return {**found.model_dump(mode="json", exclude=_INTERNAL), "runbook": runbook(found)}


def runbook(found: "IncidentRecord") -> str:
    """Return where it is written what to do; that of an alarm is in the alarm's description."""
    from courtside.core.incidents import KINDS

    return f"{RUNBOOKS}#{KINDS[found.kind].runbook}" if found.kind in KINDS else found.report


def answer(found: "IncidentRecord") -> str:
    """Say whether anybody looks after an incident, and until when."""
    until = f" until {_moment(found.until)}" if found.until else ""
    return f"{found.state} by {person(found.by)}{until}" if found.by and not found.is_over else found.state


def person(identity: str) -> str:
    """Return the name of a person or a session, with which an ARN ends."""
    return re.split("[/:]", identity)[-1]


def _row(found: "IncidentRecord") -> dict[str, str]:
    """Return few enough columns for a narrow terminal; `show` and the JSON have the rest."""
    return {
        "id": found.id,
        "model": found.model or "(stage)",
        "what": found.headline,
        "state": f"{found.severity}, {answer(found)}",
    }


def _pairs(found: "IncidentRecord") -> Iterator[tuple[str, str]]:
    yield "incident", found.id
    yield "what", found.headline
    yield "model", found.model or "(stage)"
    yield "severity", found.severity
    yield "state", answer(found)
    if found.by:
        yield "answered by", f"{found.by}{f': {found.note}' if found.note else ''}"
    yield "since", _moment(found.opened_at)
    if found.resolved_at:
        yield "resolved", _moment(found.resolved_at)
    yield "found", f"{found.findings} times, last {_moment(found.updated_at)}" if found.findings > 1 else "once"
    if found.subjects:
        yield "about", ", ".join(found.subjects)
    if found.escalated_at:
        yield "escalated", _moment(found.escalated_at)
    if found.report and found.report != runbook(found):
        yield "report", found.report
    if runbook(found):
        yield "runbook", runbook(found)


def _event(event: "IncidentEvent") -> dict[str, str]:
    return {"at (UTC)": f"{event.at:%Y-%m-%d %H:%M}", "what": event.what, "by": event.by, "said": event.said}


def _next(found: "IncidentRecord") -> Iterator[str]:
    from courtside.core.incidents import KINDS

    if found.is_over:
        return
    named = f" --model {found.model}" if found.model else ""
    if found.state is IncidentState.OPEN:
        yield f"To say that you look after it: `courtside alerts ack {found.id}{named}`"
    yield f"To let it rest: `courtside alerts snooze {found.id} --for 3d{named}`"
    if found.kind in KINDS and KINDS[found.kind].accepts:
        yield f"If this is the new normal: `courtside alerts accept {found.id} --model {found.model}`"
    if found.model:
        yield f"To see what was decided, by which numbers: `courtside decide --model {found.model}`"


def _until(desk: "Desk", span: str | None) -> datetime | None:
    return None if span is None else desk.now + parse_duration(span)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _print_answer(done: "IncidentRecord", *, as_json: bool) -> None:
    if as_json:
        print_json(document(done))
        return
    until = f" until {_moment(done.until)}" if done.until else ""
    say(f"{done.id} is {done.state} by {done.by}{until}. It ends early when something new moves.")
