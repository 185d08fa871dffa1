"""The demo shows its progress on one line while a step runs."""

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from embedded_aws.demo.narrator import Narrator, one_line
from embedded_aws.logs import said


@given(text=st.text(), width=st.integers(10, 120))
def test_progress_stays_on_one_line_of_the_terminal(text: str, width: int) -> None:
    shown = one_line(text, width)
    assert cell_len(shown) <= width
    assert shown.isprintable()


def test_a_line_of_json_is_shown_by_its_message() -> None:
    assert said('{"level": "INFO", "message": "random_forest", "service": "train"}') == "random_forest"
    assert said("plain words") == "plain words"
    assert said("[1, 2]") == "[1, 2]"


def test_a_finished_step_is_shown_once_and_whole_however_long_its_progress_was() -> None:
    out = io.StringIO()
    narrator = Narrator(Console(file=out, force_terminal=True, width=80))
    with narrator.step("first training", "Training") as step:
        narrator.progress("x" * 500 + "\r\n[bold]" + "é日" * 90)
        step.says("four models in 30 s")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue())
    assert plain.count("four models in 30 s") == 1
    assert all(cell_len(line) <= 80 for part in plain.split("\n") for line in part.split("\r"))
