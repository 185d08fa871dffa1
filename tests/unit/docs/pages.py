"""This module finds the code blocks of the documentation pages and the commands in them."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.console_script import Done, run

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TYPED = {"bash", "console"}
"""Languages of blocks that people type: `bash` has commands, `console` has commands after `$` and their output."""
OTHERS = {"text", "json", "mermaid", "python", "sql", "yaml"}
FENCE = re.compile(r"^ *```", re.MULTILINE)
_BLOCK = re.compile(
    r"^(?: *<!-- (?P<mark>[^\n]+?) -->\n)?(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(
    r"(?:run: (?P<where>files|stage)(?:; exit code (?P<code>\d))?"
    r"|run by (?P<files>[\w/.]+(?: and [\w/.]+)*)(?:; .{10,})?"
    r"|not run: .{10,})"
)
_FOR_A_SHELL = re.compile(r"[|&;<>$`(){}*?~!\[\]]")


@dataclass(frozen=True)
class Block:
    """A fenced block; `mark` is the comment on the line before it, which readers of the page do not see."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def marked(self) -> re.Match[str] | None:
        """Return what the mark says, or None if it cannot be parsed."""
        return _MARK.fullmatch(self.mark)

    @property
    def where(self) -> str:
        """Return `files` or `stage` for a block that a test runs, and an empty string for any other."""
        return (self.marked and self.marked["where"]) or ""

    @property
    def exit_code(self) -> int:
        """Return the expected exit code of the block's last command."""
        return int((self.marked and self.marked["code"]) or 0)

    @property
    def files(self) -> list[str]:
        """Return the files that run this block's commands, as the mark names them."""
        named = self.marked and self.marked["files"]
        return named.split(" and ") if named else []

    @property
    def commands(self) -> list[str]:
        """Return what people type, without prompts and comments; lines continued by a backslash are joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        bare = (re.sub(r"(^|\s+)# .*$", "", line).strip() for line in lines)
        return [line for line in bare if line]

    @property
    def place(self) -> str:
        """Return the page and the line where the block begins."""
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    """Yield every fenced block of every page."""
    for path in PAGES:
        content = path.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(content):
            line = content.count("\n", 0, found.start("language")) + 1
            text = textwrap.dedent(found["text"])
            yield Block(str(path.relative_to(ROOT)), line, found["language"], text, found["mark"] or "")


def blocks_to_run(where: str) -> list[Block]:
    """Return the blocks that are marked to be run on `files` or on a `stage`."""
    return [block for block in blocks() if block.where == where]


def type_in(block: Block, *, folder: Path, environment: dict[str, str], values: dict[str, str] | None = None) -> None:
    """Run a block, with words of the page replaced by `values`, and require the exit code in its mark."""
    script = "\n".join(block.commands)
    for word, value in (values or {}).items():
        script = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", value, script)
    calls = _plain_calls(script)
    done = _in_bash(script, folder, environment) if calls is None else _in_process(calls, folder, environment)
    assert done.returncode == block.exit_code, f"{script}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def _plain_calls(script: str) -> list[list[str]] | None:
    """Return the arguments of each line if all are calls of `courtside` in which a shell has nothing else to do."""
    if _FOR_A_SHELL.search(script):
        return None
    lines = [shlex.split(line) for line in script.splitlines()]
    return [arguments for _, *arguments in lines] if {program for program, *_ in lines} == {"courtside"} else None


def _in_process(calls: list[list[str]], folder: Path, environment: dict[str, str]) -> Done:
    """Run the command until it fails, as `bash -e` would; most of the time of another process is that of its start."""
    done = Done(0, "", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        for arguments in calls:
            last = run(*arguments)
            done = Done(last.returncode, done.stdout + last.stdout, done.stderr + last.stderr)
            if done.returncode:
                break
    return done


def _in_bash(script: str, folder: Path, environment: dict[str, str]) -> Done:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
