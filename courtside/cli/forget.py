"""`courtside forget`: erase what a stage keeps about a person who asks for it."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.stage import Model, Stage, caller
from courtside.cli.stage_data import stage_models
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.workflows.forget.forget import Forgetting, Forgotten, Found
    from courtside.workflows.forget.search import Findings, Held

_MOST_SHOWN = 5


class ErasureNotConfirmed(BadInput):
    """Erasing is confirmed by a person or by an option, and nobody is there to ask."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"nothing of {model} was erased, because nobody can be asked here; confirm it with --yes, or see with "
            "--dry-run what would be erased"
        )


class IdsUnreadable(BadInput):
    """A file of ids is no text."""

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(f"{file} is no text in UTF-8; write an id in each of its lines. Nothing was looked for")


class NotAllErased(CourtsideError):
    """Something still holds an id, or could not be read."""

    def __init__(self, model: str, left: Sequence[str]) -> None:
        self.model = model
        self.left = tuple(left)
        super().__init__(
            f"the proof failed: {len(left)} object versions of {model} still hold an id or cannot be read "
            f"({listed(left, _MOST_SHOWN)}). If the stage wrote meanwhile, run the same command again; what cannot be "
            "read is for a person to remove, with its versions, in the S3 console"
        )


def forget(
    ids: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            help="An id, as the contract's id column has it; of several id columns the values are joined by |. "
            "Repeat it for several.",
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--ids", help="A text file with an id in each line.")] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="The ids are values of this id column alone [default: of all].")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stage: Stage = "dev",
    model: Model = None,
    as_json: JsonFlag = False,
) -> None:
    """Erase every row about an id from all that a stage keeps of a model, and prove it by reading everything again.

    Rows, files that arrived, predictions, labels, archives, frozen data and backups are cleaned, in all versions of
    their objects. Nobody can take this back. A record of it stays that does not name the id. Exits with 1 if anything
    still holds the id afterwards; running the command again finishes what broke off.

    Examples:

    - `courtside forget --model churn --id C-000017 --dry-run`

    - `courtside forget --model churn --ids asked-in-march.txt --yes --json`

    - `courtside forget --model loans --column customer --id "Ann Lee"`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.bootstrap.forgetting import deployed_forgetting

    wanted = [*(ids or []), *(_lines(file) if file else ())]
    status = people.status("Asking the stage")
    with status, reaching_aws():
        outputs = stage_outputs(stage)
        name = model or stage_models(outputs).only()
        forgetting = deployed_forgetting(outputs, name, wanted, column=column, progress=status.update)
        status.update("Reading every object version")
        found = forgetting.look(now=datetime.now(UTC))
    if dry_run or found.nothing:
        _tell_found(found, name, as_json=as_json)
        return
    if not yes:
        _ask(found, name, stage)
    with status, reaching_aws():
        done = forgetting.erase(found, by=caller(), now=datetime.now(UTC))
    _tell_done(done, forgetting, as_json=as_json)


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8-sig").splitlines() if line]
    except UnicodeDecodeError as error:
        raise IdsUnreadable(file) from error


def _ask(found: "Found", model: str, stage: str) -> None:
    if not sys.stdin.isatty():
        raise ErasureNotConfirmed(model)
    _say_found(found, model)
    typer.confirm(f"Erase all this from stage {stage}, in every version, for good?", abort=True, err=True)


def _tell_found(found: "Found", model: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"model": model, **_document(found.findings), "trainings": found.trainings})
        return
    _say_found(found, model)
    say("Nothing was erased")


def _say_found(found: "Found", model: str) -> None:
    print_table(f"What {model} keeps about it", _rows(found.findings.held))
    if found.documents:
        say(f"documents of the ledger that name it: {found.documents}")
    for each in found.findings.unread[:_MOST_SHOWN]:
        say(f"{each.version.key} (version {each.version.version_id}) cannot be read: {each.reason}")
    say(_read(found.findings))


def _rows(held: "Iterable[Held]") -> list[dict[str, Any]]:
    from courtside.workflows.forget.search import by_place

    return [
        {
            "place": place.name,
            "objects": len({each.version.key for each in found}),
            "versions": len(found),
            "rows": sum(each.rows for each in found),
            "texts": sum(each.mentions for each in found),
            "are": place.treatment.value,
        }
        for place, found in by_place(held).items()
    ]


def _read(findings: "Findings") -> str:
    size = f"{findings.size / 2**20:,.1f} MiB"
    return f"read: {findings.versions:,} object versions ({size}) below {len(findings.prefixes)} prefixes"


def _document(findings: "Findings") -> dict[str, Any]:
    return {
        "places": _rows(findings.held),
        "unread": [{"key": each.version.key, "reason": each.reason} for each in findings.unread],
        "versions_read": findings.versions,
        "bytes_read": findings.size,
        "prefixes": findings.prefixes,
    }


def _tell_done(done: "Forgotten", forgetting: "Forgetting", *, as_json: bool) -> None:
    from courtside.workflows.forget.stays import what_stays

    record, lake = done.record, forgetting.lake
    stays = what_stays(forgetting.search.dataset, forgetting.search.wanted, record.trainings)
    if as_json:
        proof = {**_document(done.proof), "proven": done.proven}
        print_json({
            **record.model_dump(mode="json"),
            "record": lake.uri(done.key),
            "proof": proof,
            "not_reached": stays,
        })  # fmt: skip
    else:
        print_pairs({
            "objects rewritten": len(record.rewritten),
            "objects with versions removed only": len(record.removed),
            "versions removed": record.versions,
            "rows erased": record.rows,
            "proof": f"{_read(done.proof)}; {'the id is in none' if done.proven else 'the id is still there'}",
            "record": lake.uri(done.key),
        })  # fmt: skip
        say("Not reached:")
        for sentence in stays:
            say(f"- {sentence}")
    if not done.proven:
        raise NotAllErased(record.model, record.left)
