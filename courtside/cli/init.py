"""`courtside init`: a contract written from the table itself."""

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say

if TYPE_CHECKING:
    from courtside.core.proposal import Proposal, Target


class TaskName(StrEnum):
    """What models can predict."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


def init(
    table: Annotated[str, typer.Argument(help="A parquet, CSV or Feather file, a folder of them or an s3:// address.")],
    target: Annotated[
        str | None, typer.Option(help="The column to predict [default: the likeliest one, first of two values].")
    ] = None,
    task: Annotated[
        TaskName | None,
        typer.Option(help="One of two classes, one of several, or a number [default: what the target's values are]."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The contract's file [default: the table's name, ending in .yaml].")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the contract of a table: what its columns are is guessed from them, and said with the reason.

    Examples:

    - `courtside init churn.csv`

    - `courtside init churn.csv --target churned --out contracts/churn.yaml`

    - `courtside init stays.csv --target nights --task regression`
    """
    from courtside.api.contracts import ContractThere, propose_contract
    from courtside.datasets.written import contract_name

    path = out or Path(f"{contract_name(table)}.yaml")
    if path.exists():  # before the table is read, which may take a while
        raise ContractThere(path)
    with people.status(f"Looking at {table}"):
        proposed = propose_contract(table, target=target, task=task)
    proposed.save(path)
    proposal = proposed.proposal
    print_json(_told(proposal, path)) if as_json else _print(proposal, path)


def _told(proposal: "Proposal", path: Path) -> dict[str, Any]:
    time, ids = proposal.time, proposal.ids
    return {
        "contract": str(path),
        "rows": proposal.rows,
        "rows_looked_at": proposal.looked_at,
        "target": _target(proposal),
        "time_column": {"column": time.column, "reason": time.reason},
        "id_columns": {"columns": list(ids.columns), "reason": ids.reason},
        "entities": {"columns": list(ids.entities), "reason": ids.entities_reason},
        "columns": _rows(proposal),
        "lacking": proposal.lacking,
    }


def _target(proposal: "Proposal") -> dict[str, Any]:
    target = proposal.target
    of_two = {
        "positive": target.values.positive,
        "negative": target.values.negative,
        "share_positive": target.values.share,
    }
    return {
        "column": target.column,
        "task": target.task,
        "task_reason": target.values.reason,
        **(of_two if target.values.positive is not None else _of_others(target)),
        "named": proposal.chosen,
        "candidates": [
            {"column": each.column, "task": each.task, "reason": each.reason} for each in proposal.candidates
        ],
    }


def _of_others(target: "Target") -> dict[str, Any]:
    if target.values.span is not None:
        return dict(zip(("least", "median", "greatest"), target.values.span, strict=True))
    return {"classes": [{"class": name, "share": share} for name, share in target.values.shares]}


def _rows(proposal: "Proposal") -> list[dict[str, Any]]:
    return [
        {
            "column": each.column,
            "part": each.part.value,
            "kind": each.kind.value if each.kind else "",
            "why": each.reason,
        }
        for each in proposal.guesses
    ]


def _print(proposal: "Proposal", path: Path) -> None:
    from courtside.core.proposal import Part

    print_table(f"Columns of {proposal.table}", _rows(proposal))
    target = proposal.target
    if not proposal.chosen:
        say(f"No --target was given: {target.column} is proposed, as {target.reason}")
    if target.task != TaskName.BINARY:
        say(f"The task is {target.task}. {target.values.described}")
    for suspect in proposal.of(Part.SUSPECT):
        say(f"warning: {suspect.column} is left out, because {suspect.reason}")
    if proposal.lacking:
        say(f"warning: a training would refuse this table as it is: {proposal.lacking}")
    say(f"written: {path}. Read it, correct it, and then:")
    names = f"--table {quote(proposal.table)} --contract {quote(str(path))}"
    say(f"courtside train {names} --out models --disable-mlflow")
