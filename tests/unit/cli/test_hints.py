"""Every message that tells people to type a command about one model names the model, as a stage may have many."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click import Command
from typer.core import TyperGroup
from typer.main import get_command

from courtside.cli.main import app
from courtside.cli.stage import Model

ROOT = Path(__file__).parents[3]
PARTS = ("courtside", "lambdas", "training_image", "infra")
ABOUT_ONE_MODEL = next(each.help for each in Model.__metadata__ if isinstance(each, typer.models.OptionInfo))
COMMANDS = get_command(app)


def commands_without_model(text: str) -> list[str]:
    """Return each `courtside …` in a text that is about one model and does not say which.

    A part that is filled in, written as ``{…}``, stands for any group of commands.
    """
    found = []
    for before, words in zip(text.split("courtside ")[:-1], text.split("courtside ")[1:], strict=True):
        typed = words.split("`")[0] if before.endswith("`") else words
        if _needs_model(COMMANDS, typed.replace(",", " ").split()) and "--model" not in typed:
            found.append(typed)
    return found


def _needs_model(command: Command, words: list[str]) -> bool:
    if not isinstance(command, TyperGroup):
        return any("--model" in each.opts and getattr(each, "help", "") == ABOUT_ONE_MODEL for each in command.params)
    if not words:
        return False
    known = command.commands
    groups = [each for each in known.values() if isinstance(each, TyperGroup)]
    meant = groups if words[0].startswith("{") else [known[words[0]]] if words[0] in known else []
    return any(_needs_model(each, words[1:]) for each in meant)


def texts(module: ast.Module) -> Iterator[str]:
    """Yield every text of a module that is not there for its readers, nor for those who read a command's help."""
    notes = (each for each in ast.walk(module) if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    skipped = {id(each.value) for each in notes}
    for call in (each for each in ast.walk(module) if isinstance(each, ast.Call)):
        if ast.unparse(call.func) in {"typer.Option", "typer.Argument", "typer.Typer"}:
            skipped |= {id(each) for each in ast.walk(call)}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) and id(node) not in skipped:
            skipped |= {id(each) for each in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
                          for part in node.values)  # fmt: skip
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def names_one_model(module: ast.Module) -> bool:
    """Say whether the commands of a module are about one model: what they say is completed with the one they name."""
    imported = (each for each in ast.walk(module) if isinstance(each, ast.ImportFrom))
    return any(
        each.module == "courtside.cli.stage" and "Model" in {name.name for name in each.names} for each in imported
    )


def test_every_message_names_the_model_in_the_commands_that_it_quotes() -> None:
    forgotten: dict[str, list[str]] = {}
    quoted = 0
    for file in (each for part in PARTS for each in (ROOT / part).rglob("*.py")):
        module = ast.parse(file.read_text())
        if file.is_relative_to(ROOT / "courtside/cli") and (names_one_model(module) or file.name in COMPLETED):
            continue
        for text in texts(module):
            quoted += "courtside " in text
            if found := commands_without_model(text):
                forgotten.setdefault(str(file.relative_to(ROOT)), []).extend(found)
    assert forgotten == {}
    assert quoted > 50, "the texts are not where they are looked for any more"


COMPLETED = {"arrivals.py", "follow_run.py"}
"""Parts of commands that are about one model, in files of their own."""


@pytest.mark.parametrize(
    ("text", "forgotten"),
    [
        ("train again with `courtside retrain`", ["retrain"]),
        ("courtside versions rollback", ["versions rollback"]),
        ("correct the cause, then courtside tables unload {load.id}", ["tables unload {load.id}"]),
        ("`courtside {group} arrivals --quarantine` says why", ["{group} arrivals --quarantine"]),
        ("`courtside retrain --model churn` or `courtside runs list`", ["runs list"]),
        ("`courtside retrain --model {model}`, see `courtside models list`, `courtside watch`", []),
        ("`courtside games loads`, and any other courtside command", []),
    ],
)
def test_a_command_without_its_model_is_found(text: str, forgotten: list[str]) -> None:
    assert commands_without_model(text) == forgotten
