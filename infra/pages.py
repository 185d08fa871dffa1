"""Parts of documentation pages, between two marks, are written from the synthesized templates."""

import tempfile
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from courtside.contracts.templates.resources import Template
from infra.app import build, empty_app
from infra.settings import settings_for

ROOT = Path(__file__).resolve().parents[1]
_END = "<!-- end -->\n"


def templates_of(stage: str) -> dict[str, Template]:
    """Return the templates of a stage by stack name, synthesized with its settings."""
    with tempfile.TemporaryDirectory() as outdir:
        app = empty_app(Path(outdir))
        build(app, settings_for(stage))
        return {stack.stack_name: stack.template for stack in app.synth().stacks}


class MarkMissing(CourtsideError):
    """A page does not say where a module may write."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        super().__init__(
            f"the page has no line {mark.strip()}: put it where the text belongs, and {_END.strip()} below it"
        )


def replaced(page: str, module: str, text: str) -> str:
    """Return a page with another text between its mark of a module and the end mark; raises `MarkMissing`."""
    begin = f"<!-- written by python -m {module} -->\n"
    before, found, rest = page.partition(begin)
    if not found:
        raise MarkMissing(begin)
    return f"{before}{begin}\n{text}\n{_END}{rest.partition(_END)[2]}"
