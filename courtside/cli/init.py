"""`courtside init`: a contract written from the table itself."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.input import InputMismatch
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.core.proposal import Proposal


class ContractThere(BadInput):
    """A file that somebody may have edited stands where a contract should be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is there already and is not overwritten; choose another file with --out, or delete it"
        )


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
    from courtside.adapters.feature_tables import open_address
    from courtside.adapters.files import write_files
    from courtside.core.drift import Profile
    from courtside.core.proposal import propose
    from courtside.datasets.written import contract_name, contract_text

    path = out or Path(f"{contract_name(table)}.yaml")
    if path.exists():
        raise ContractThere(path)
    opened = open_address(table)
    if isinstance(opened, Profile):
        raise InputMismatch(f"{table} is a saved drift profile, which holds no rows; give the table it was made of")
    with people.status("Looking"):
        proposal = propose(opened.sample(), table=table, target=target)
    write_files({path: contract_text(proposal, name=contract_name(path.name)).encode()})
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
    say(f"written: {path}. Read it, correct it, and then:")
    names = f"--table {quote(proposal.table)} --contract {quote(str(path))}"
    say(f"courtside train {names} --out models --disable-mlflow")
