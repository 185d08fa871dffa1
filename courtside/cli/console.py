"""What every command prints: text for people on stderr, results on stdout, JSON with --json.

A terminal gets tables and wrapped lines; a pipe gets one tab-separated line per row, and no line is wrapped.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from courtside.cli import layout
from courtside.cli.hints import with_named
from courtside.cli.status_lines import StatusLines
from courtside.contracts.records import ModelRecord
from courtside.contracts.secrecy import value_without_secrets, without_secrets

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


class _Console(Console):
    """A console that prints texts without the secrets of the addresses in them."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(without_secrets(each) if isinstance(each, str) else each for each in objects), **options)

    def status(self, status: Any, **options: Any) -> Status:
        return super().status(status, **options) if self.is_terminal else StatusLines(status, console=self)


# Emoji are off, because an ARN holds `:secret:`, which would become one.
people = _Console(stderr=True, emoji=False)
results = _Console(emoji=False)


def print_json(value: object, *, compact: bool = False) -> None:
    """Print one JSON document on stdout; `compact` in one line, at once, for those who read several of them."""
    sys.stdout.write(json.dumps(value_without_secrets(value), indent=None if compact else 2, default=str) + "\n")
    if compact:
        sys.stdout.flush()


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows on stdout, with columns in the order in which they first appear."""
    if not rows:
        say(f"{title}: none")
        return
    rows = value_without_secrets(rows)
    if not results.is_terminal:
        _write(layout.tab_separated(rows))
        return
    results.print(title, style="bold", markup=False, highlight=False)
    _write(layout.table(rows, results.width))


def print_pairs(values: Mapping[str, object]) -> None:
    """Print named values on stdout, one line each."""
    values = value_without_secrets(values)
    if results.is_terminal:
        _write(layout.pairs(values, results.width))
    else:
        _write(f"{name}\t{layout.cell(value)}" for name, value in values.items())


def print_text(text: str, *, style: str | None = None) -> None:
    """Print whole sentences on stdout, wrapped between words where a person reads them."""
    _say(results, text, style=style)


def say(text: str, *, style: str | None = None) -> None:
    """Tell a person something on stderr, wrapped between words; a command in it repeats the stage that was named."""
    _say(people, with_named(text), style=style)


def say_failure(kind: str, text: str) -> None:
    """Tell a person on stderr what ended the command: the failure's name, then what to do."""
    words = without_secrets(with_named(f"{kind}: {text}"))
    lines = layout.wrapped(words, people.width) if people.is_terminal else [words]
    told = Text("\n".join(lines))
    told.stylize("bold red", 0, len(kind))
    people.print(told, soft_wrap=True)


def print_message(head: str, body: Text) -> None:
    """Print a message of several lines on stdout below the line that says when it came."""
    for part in (Text(head, style="dim"), body, Text()):
        results.print(part, soft_wrap=not results.is_terminal)


_HEADINGS = {
    "train_accuracy": "train acc",
    "test_accuracy": "test acc",
    "balanced_accuracy": "balanced",
    "log_loss": "log loss",
    "macro_auc": "macro AUC",
    "macro_f1": "macro F1",
    "train_rmse": "train RMSE",
    "test_rmse": "test RMSE",
    "mae": "MAE",
    "median_absolute_error": "median error",
    "r2": "R²",
}


def print_models(title: str, models: Sequence[ModelRecord]) -> None:
    """Print one row per trained model, with headings short enough for a narrow terminal."""
    if any(model.figures for model in models):
        print_table(title, [{"model": model.name, **_told_figures(model)} for model in models])
        return
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


def _told_figures(model: ModelRecord) -> dict[str, float]:
    """Return the figures of a model that fit beside each other, by short headings; the card has all of them."""
    return {title: model.figures[name] for name, title in _HEADINGS.items() if name in model.figures}


def _say(console: Console, text: str, *, style: str | None) -> None:
    text = without_secrets(text)
    lines = layout.wrapped(text, console.width) if console.is_terminal else [text]
    console.print("\n".join(lines), style=style, markup=False, highlight=False, soft_wrap=True)


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        if results.is_terminal:
            results.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            # Rich would turn the tabs into spaces.
            results.file.write(f"{line}\n")
