"""What every command prints: people's text on stderr, results on stdout, JSON with --json."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from courtside.contracts.records import ModelRecord

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]

# No emoji: an ARN holds `:secret:`, which would become one.
people = Console(stderr=True, emoji=False)
results = Console(emoji=False)


def print_json(value: object) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table on stdout, columns in the order of the first row."""
    if not rows:
        results.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        number = isinstance(rows[0][column], int | float)
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    results.print(table)


def print_models(title: str, models: Sequence[ModelRecord]) -> None:
    """Print one row a trained model, headed shortly enough for a narrow terminal."""
    rows = [
        {
            "model": model.name,
            "train acc": model.train_accuracy,
            "test acc": model.test_accuracy,
            "AUC": model.test_auc,
            "prec": model.precision,
            "recall": model.recall,
            "F1": model.f1_score,
        }
        for model in models
    ]
    print_table(title, rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:.0e}"
    return "" if value is None else str(value)
