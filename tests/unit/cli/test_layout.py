"""Rows and sentences are laid out for a terminal of 80 columns or for a pipe."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from courtside.cli import console, doctor, hints, layout
from courtside.core.findings import broken, fine
from tests.fakes.console_script import run

WIDTH = 80
WORDS = st.text("abcdefghijklm/:.-_é日", min_size=1, max_size=12)
LONG = st.sampled_from([
    "arn:aws:states:eu-central-1:123456789012:execution:CourtsideRetraining:drift-v3-2026-11-01-2026-12-01-calibrated",
    "s3://courtside-dev-data-lake/drift/reports/dt=2026-12-01/a-report-with-a-long-name/report.html",
    "/home/somebody/models/training/files-20261128T190000Z-4f3a/reference.profile",
])  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, LONG), max_size=30).map(" ".join)
VALUES: st.SearchStrategy[Any] = st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False), st.none(), st.booleans())
ROWS = st.integers(1, 9).flatmap(
    lambda columns: st.lists(
        st.lists(VALUES, min_size=columns, max_size=columns).map(
            lambda values: {f"column {place}": value for place, value in enumerate(values)}
        ),
        min_size=1,
        max_size=6,
    )
)


@given(rows=ROWS)
@example(rows=[{"training_id": "drift-v3-2026-11-01-2026-12-01-calibrated", "reason": "better by 0.012 " * 9, "n": 3}])
def test_a_table_breaks_no_word_and_exceeds_the_terminal_only_for_a_single_long_word(
    rows: list[dict[str, Any]],
) -> None:
    lines = layout.table(rows, WIDTH)
    shown = set(" ".join(lines).split())
    for row in rows:
        for value in row.values():
            assert set(layout.cell(value).split()) <= shown
    for line in lines:
        if cell_len(line) > WIDTH:
            # The rows are shown as blocks, and one long word stands beside its name.
            assert len(re.sub(r"^(column \d| +) *", "", line).split()) == 1


@given(rows=ROWS)
def test_no_column_is_too_narrow_to_read(rows: list[dict[str, Any]]) -> None:
    lines = layout.table(rows, WIDTH)
    ruled = next((line for line in lines if line.startswith("─")), None)
    if ruled is None:
        return
    for place, width in enumerate(map(len, ruled.split())):
        texts = [layout.cell(row[f"column {place}"]) for row in rows]
        assert width >= min(layout.NARROWEST, max(map(cell_len, texts)))


@given(rows=ROWS)
def test_a_pipe_gets_one_line_per_row_with_one_cell_per_heading(rows: list[dict[str, Any]]) -> None:
    heading, *lines = layout.tab_separated(rows)
    assert heading.split("\t") == list(rows[0])
    assert [line.split("\t") for line in lines] == [list(map(layout.cell, row.values())) for row in rows]


def test_a_value_is_one_line_without_control_characters() -> None:
    assert layout.cell("a\tb\nc\x1b[31m") == "a b c [31m"
    assert layout.cell({"ece": 0.01234, "folds": [1, 2]}) == "ece 0.012, folds 1, 2"
    assert layout.cell(None) == ""


@given(text=TEXTS)
def test_a_wrapped_text_keeps_its_words_in_order(text: str) -> None:
    lines = layout.wrapped(text, WIDTH)
    assert " ".join(lines).split() == text.split()
    assert all(cell_len(line) <= WIDTH or " " not in line for line in lines)


def test_a_command_in_a_sentence_stays_on_one_line() -> None:
    command = "`courtside versions approve drift-v3-2026-11-01 --stage prod`"
    said = f"The challenger of the training waits; to make it the champion, type {command} before Tuesday."
    assert any(command in line for line in layout.wrapped(said, WIDTH))


def test_a_long_value_in_a_block_continues_below_itself() -> None:
    lines = layout.pairs({"reason": "one two three four", "at": "here"}, 18)
    assert lines == ["reason  one two", "        three four", "at      here"]


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("see `courtside versions list`", "see `courtside versions list --stage prod`"),
        ("`courtside retrain --trigger initial`.", "`courtside retrain --trigger initial --stage prod`."),
        ("`courtside status --stage dev`", "`courtside status --stage dev`"),
        ("`courtside local down`", "`courtside local down`"),
        ("`courtside nothing`, `courtside versions 'x`", "`courtside nothing`, `courtside versions 'x`"),
        ("`npx cdk deploy`", "`npx cdk deploy`"),
    ],
)
def test_a_hint_repeats_the_stage_that_was_named(text: str, completed: str) -> None:
    assert hints.with_named(text) == text
    token = hints.named_stage.set("prod")
    assert hints.with_named(text) == completed
    hints.named_stage.reset(token)


def test_a_hint_does_not_repeat_a_stage_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_STAGE", "prod")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    run("costs", "--template", "none.json")
    assert hints.named_stage.get() is None
    run("costs", "--template", "none.json", "--stage", "prod")
    assert hints.named_stage.get() == "prod"


def test_the_command_that_fixes_a_finding_stays_on_one_line_and_names_the_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console.results, "_force_terminal", True)
    monkeypatch.setattr(console.results, "_width", WIDTH)
    monkeypatch.setattr(console.results, "_height", 25)
    token = hints.named_stage.set("prod")
    found = [
        broken("champion", "there is none " * 9, 'courtside versions promote 3 --reason "let the registry follow"'),
        fine("lock", "free"),
    ]
    doctor._print(found)
    hints.named_stage.reset(token)
    shown = capsys.readouterr().out
    assert '`courtside versions promote 3 --reason "let the registry follow" --stage prod`' in shown
    assert " ".join(shown.split()).count("there is none") == 9


def test_a_block_omits_the_values_that_a_row_lacks() -> None:
    rows = [{"run": "a" * 30, "took": None, "outcome": "b" * 30}, {"run": "c", "took": "0:00:02", "outcome": ""}]
    assert layout.table(rows, width=40) == [
        f"run      {'a' * 30}",
        f"outcome  {'b' * 30}",
        "",
        "run   c",
        "took  0:00:02",
    ]


def test_piped_output_is_separated_by_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table("Costs", [{"what": "a bucket", "usd": 1.5}, {"what": "a topic", "usd": 2}])
    console.print_pairs({"champion": "version 1"})
    assert capsys.readouterr().out.splitlines() == ["what\tusd", "a bucket\t1.500", "a topic\t2", "champion\tversion 1"]
