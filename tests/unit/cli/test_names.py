"""Commands and options have their final names, and a former name tells which one replaced it."""

from importlib.metadata import version

import pytest
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from courtside.cli.main import app
from courtside.cli.renamed_commands import MOVED_TO_VERSIONS
from tests.fakes.console_script import run


def commands(command: TyperCommand | TyperGroup, *path: str) -> dict[str, TyperCommand]:
    """Return every visible command, keyed by the words that call it."""
    if not isinstance(command, TyperGroup):
        return {" ".join(path): command}
    found: dict[str, TyperCommand] = {}
    for name, each in command.commands.items():
        if not each.hidden:
            found |= commands(each, *path, name)
    return found


ALL = commands(get_command(app))


@pytest.mark.parametrize("word", MOVED_TO_VERSIONS)
@pytest.mark.parametrize("more", [(), ("--stage", "prod"), ("3", "--to", "a b"), ("--help",)])
def test_a_former_command_says_what_it_is_called_now(word: str, more: tuple[str, ...]) -> None:
    said = run("models", word, *more)
    assert said.returncode == 2
    assert f"`courtside versions {word}" in said.stderr.replace("\n", "")
    assert all(part in said.stderr for part in more)
    assert f"versions {word}" in ALL


def test_former_commands_are_hidden_from_the_help() -> None:
    shown = run("models", "--help").stdout
    assert " add " in shown
    assert not any(f" {word} " in shown for word in MOVED_TO_VERSIONS)


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"courtside {version('courtside')}\n"


def test_every_stage_option_has_the_same_variable_help_and_default() -> None:
    stages = {
        name: option
        for name, command in ALL.items()
        for option in command.params
        if isinstance(option, TyperOption) and "--stage" in option.opts
    }
    assert {"costs", "games load", "local up", "retrain", "status", "versions list"} <= set(stages)
    assert {(option.envvar, option.help, option.default) for option in stages.values()} == {
        ("COURTSIDE_STAGE", "The stage.", "dev")
    }


def test_every_contract_option_also_has_its_former_name() -> None:
    named = {
        name: [opt for option in command.params for opt in option.opts if opt in {"--contract", "--dataset"}]
        for name, command in ALL.items()
        if name != "tables simulate"  # it writes a contract, and is newer than the former name
    }
    assert {name for name, found in named.items() if found} >= {"train", "features", "drift check", "tables load"}
    assert {tuple(found) for found in named.values() if found} == {("--contract", "--dataset")}


@pytest.mark.parametrize("name", ["", "prod!", "../prod", "a" * 60, "Prod", "p"])
def test_an_impossible_stage_name_is_refused_before_aws_is_asked(name: str) -> None:
    said = run("status", "--stage", name)
    assert said.returncode == 2
    assert "2 to 16 lower-case letters and digits" in " ".join(said.stderr.split())


def test_the_stage_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_STAGE", "No Stage")
    assert "'No Stage'" in run("status").stderr


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_json_output_and_an_example_in_its_help(name: str) -> None:
    assert any("--json" in option.opts for option in ALL[name].params)
    assert f"courtside {name}" in (ALL[name].help or "")
