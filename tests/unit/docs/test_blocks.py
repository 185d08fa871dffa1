"""Every code block of every page names its language, and every command in it exists with its options."""

import re
import shlex
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from typer.core import TyperGroup
from typer.main import get_command

from courtside.cli.main import app
from tests.unit.docs.pages import FENCE, OTHERS, PAGES, ROOT, TYPED, Block, blocks

BLOCKS = list(blocks())
SHELL = [block for block in BLOCKS if block.language in TYPED]
INLINE = [
    found for path in PAGES for found in re.findall(r"`((?:\.venv/bin/)?courtside [a-z][^`]+)`", path.read_text())
]


def simple(line: str) -> set[str]:
    """Return the single commands of a line, including those after `&&` or `|` and those inside `$(...)`."""
    line = re.sub(r"\"[^\"]*\"|'[^']*'", "TEXT", line)
    inner: list[str] = []
    while found := re.search(r"\$\(([^()]*)\)", line):
        inner.append(found[1])
        line = line.replace(found[0], "VALUE")
    return {part.strip() for each in (line, *inner) for part in re.split(r"&&|\|", each)}


LINES = {command for block in SHELL for line in block.commands for command in simple(line)}
OURS = sorted(line for line in {*LINES, *INLINE} if re.match(r"(\.venv/bin/)?courtside ", line))
AWS = sorted(line for line in LINES if line.startswith("aws "))
MAKE = sorted({found for line in LINES for found in re.findall(r"^make ([a-z]+)", line)})
# These are commands of the AWS command line itself and not of an API.
CONVENIENT = {("s3", "cp"), ("s3", "ls"), ("s3", "rb"), ("s3", "sync")}
# The command line tool's own name for a parameter that would read like an option of all commands.
RENAMED = {"--notification-endpoint": "--endpoint"}
GLOBAL = {"query", "output", "max-items", "region"}


def test_every_fence_belongs_to_a_block() -> None:
    assert sum(len(FENCE.findall(path.read_text())) for path in PAGES) == 2 * len(BLOCKS)
    assert len(SHELL) > 50
    assert len(OURS) > 50
    assert len(AWS) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_is_always_fenced(page: Path) -> None:
    indented = re.findall(r"\n\n {4}\S.*", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL))
    assert indented == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_block_names_its_language(block: Block) -> None:
    assert block.language in TYPED | OTHERS


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.place)
def test_a_shell_block_is_run_or_says_why_it_is_not(block: Block) -> None:
    assert block.commands
    assert block.marked, (
        "put <!-- run: files -->, <!-- run: stage -->, <!-- run by FILE --> or <!-- not run: why --> before"
    )
    for named in block.files:
        assert (ROOT / named).is_file()


@pytest.mark.parametrize("block", [block for block in BLOCKS if block not in SHELL], ids=lambda block: block.place)
def test_only_shell_blocks_contain_commands_to_type(block: Block) -> None:
    assert not re.search(r"^(\$ |courtside |aws |make )", block.text, flags=re.MULTILINE)


@pytest.mark.parametrize("line", OURS)
def test_every_courtside_command_can_be_parsed(line: str) -> None:
    if "…" in line:
        pytest.skip("the sentence leaves something out")
    arguments = shlex.split(line)[1:]
    command = get_command(app)
    # This parses the names and types of all options and arguments and runs nothing.
    context = command.make_context("courtside", arguments)
    while isinstance(command, TyperGroup):
        rest = [*context._protected_args, *context.args]
        if not rest:
            return  # a sentence names only the group
        name, command, arguments = command.resolve_command(context, rest)
        assert command is not None
        if not arguments and any(each.required for each in command.params):
            return  # a sentence names the command without its required arguments
        context = command.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("line", AWS)
def test_every_aws_command_is_an_operation_with_valid_parameters(line: str) -> None:
    _, service, operation, *rest = line.split()
    if (service, operation) in CONVENIENT:
        return
    model = botocore.session.get_session().get_service_model(service.removesuffix("api"))  # s3 is `s3api`
    names = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in names
    shape = model.operation_model(names[operation]).input_shape
    given = {RENAMED.get(word, word).removeprefix("--") for word in rest if word.startswith("--")}
    members = {xform_name(name, "-") for name in shape.members} if shape else set()
    assert {name.removeprefix("no-") for name in given} <= members | GLOBAL
    assert {xform_name(name, "-") for name in (shape.required_members if shape else [])} <= given


@pytest.mark.parametrize("target", MAKE)
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def _shown(command: object) -> list[str]:
    """Return the commands of a group that its help shows; one empty name for what is no group."""
    if not isinstance(command, TyperGroup):
        return [""]
    return [name for name, each in command.commands.items() if not each.hidden]


def test_the_readme_names_every_command() -> None:
    named = set()
    for row in re.findall(r"^\| (`courtside .+?) \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE):
        first, *others = (name.removeprefix("courtside ") for name in re.findall(r"`([^`]+)`", row))
        # The row may continue with commands of the same group or of others.
        named |= {first, *others, *(f"{first.split()[0]} {other}" for other in others)}
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    every = {
        f"{name} {each}".strip() for name, one in command.commands.items() if not one.hidden for each in _shown(one)
    }
    assert every - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_number_begins_with_a_digit(page: Path) -> None:
    assert re.findall(r".*(?<![\w.`/*])\.\d.*", page.read_text()) == []
