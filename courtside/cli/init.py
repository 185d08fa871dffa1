"""`courtside init`: a contract written from the table itself."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say

if TYPE_CHECKING:
    from courtside.core.proposal import Proposal


def init(
    table: Annotated[str, typer.Argument(help="A parquet, CSV or Feather file, a folder of them or an s3:// address.")],
    target: Annotated[
        str | None, typer.Option(help="The column to predict, with two values [default: the likeliest one].")
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
    """
    from courtside.api.contracts import ContractThere, propose_contract
    from courtside.datasets.written import contract_name

    path = out or Path(f"{contract_name(table)}.yaml")
    if path.exists():  # before the table is read, which may take a while
        raise ContractThere(path)
    with people.status(f"Looking at {table}"):
        proposed = propose_contract(table, target=target)
    proposed.save(path)
    proposal = proposed.proposal
    print_json(_told(proposal, path)) if as_json else _print(proposal, path)


def _told(proposal: "Proposal", path: Path) -> dict[str, Any]:
    target, time, ids = proposal.target, proposal.time, proposal.ids
    return {
        "contract": str(path),
        "rows": proposal.rows,
        "rows_looked_at": proposal.looked_at,
        "target": {
            "column": target.column,
            "positive": target.positive,
            "negative": target.negative,
            "share_positive": target.share,
            "named": proposal.chosen,
            "candidates": [{"column": each.column, "reason": each.reason} for each in proposal.candidates],
        },
        "time_column": {"column": time.column, "reason": time.reason},
        "id_columns": {"columns": list(ids.columns), "reason": ids.reason},
        "entities": {"columns": list(ids.entities), "reason": ids.entities_reason},
        "columns": _rows(proposal),
        "lacking": proposal.lacking,
    }


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
    for suspect in proposal.of(Part.SUSPECT):
        say(f"warning: {suspect.column} is left out, because {suspect.reason}")
    if proposal.lacking:
        say(f"warning: a training would refuse this table as it is: {proposal.lacking}")
    say(f"written: {path}. Read it, correct it, and then:")
    names = f"--table {quote(proposal.table)} --contract {quote(str(path))}"
    say(f"courtside train {names} --out models --disable-mlflow")
