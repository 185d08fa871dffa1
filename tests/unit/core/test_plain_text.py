"""E-mails are plain text that reads well: no marks, short lines, and commands that can be copied whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.incidents import Severity, Telling
from courtside.core.plain_text import WIDTH, plain_text
from tests.fakes.messages import message_of

COMMAND = (
    "aws stepfunctions stop-execution --execution-arn arn:aws:states:eu-central-1:111122223333:execution:retraining:a"
)


def text_of(text: str) -> str:
    return plain_text(message_of("s", text))


def test_sections_are_separate_paragraphs_without_marks() -> None:
    assert text_of("*What moved*\n• `age`: by 0.3\n*Report*: s3://lake/report.html") == (
        "What moved\n• age: by 0.3\n\nReport: s3://lake/report.html"
    )


def test_long_lines_are_wrapped_and_bullets_stay_bullets() -> None:
    wrapped = text_of("• " + "a feature moved far away " * 8).splitlines()
    assert len(wrapped) > 1
    assert max(map(len, wrapped)) <= WIDTH
    assert [line[:2] for line in wrapped] == ["• ", *["  "] * (len(wrapped) - 1)]


@pytest.mark.parametrize(
    "address", ["https://evil", "col_https://evil", "9http://evil", "ftps://evil", "mailto:evil", "a_www.evil"]
)
def test_an_address_from_data_is_broken(address: str) -> None:
    said = text_of(f"*Why*: {address} moved")
    assert address not in said
    assert "[:]" in said or "[.]" in said


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.integers(1, 60))
def test_words_from_data_begin_no_line(word: str, before: int) -> None:
    told = "a" * before + f" {word}" * 60
    for text in (f"*Why*: {told}", f"• {told}"):
        first, *rest = text_of(text).splitlines()
        assert not first.startswith(word)
        assert all(line.startswith("  ") for line in rest)


@pytest.mark.parametrize("address", ["HTTPS://evil.example/a?b", "www.evil.example", "mailto:a@evil.example"])
def test_only_the_page_is_a_link(address: str) -> None:
    message = message_of("s", f"*Why*: see {address}", line=f"see {address}")
    for sent in (message, message.as_line()):
        assert address not in plain_text(sent)
        assert "evil.example" in plain_text(sent)
    link = "https://lake.example/page.html?X-Amz-Signature=1"
    assert plain_text(message.model_copy(update={"link": link})).splitlines()[-1] == link


def test_a_command_at_the_end_of_a_line_stands_in_a_line_of_its_own() -> None:
    assert text_of(f"To stop it: `{COMMAND}`.") == f"To stop it:\n    {COMMAND}"


def test_a_command_within_a_sentence_is_quoted_and_never_broken() -> None:
    said = text_of(f"If the training that was started is not wanted, `{COMMAND}` stops it at once.")
    assert f'"{COMMAND}"' in said
    assert said.splitlines()[-1].endswith("stops it at once.")


def test_a_word_in_code_is_no_command() -> None:
    assert text_of("rule `certain`: version 2 is kept as `previous`") == "rule certain: version 2 is kept as previous"


def test_the_end_says_what_an_incident_is_about() -> None:
    message = message_of(
        "s", "t", model="churn", kind="broken_data", severity=Severity.CRITICAL, telling=Telling.OPENED, incident="i1"
    )
    assert plain_text(message) == "t\n\n-- \nCourtside: model churn · broken data · critical · incident i1"


def test_an_update_is_its_line_alone() -> None:
    message = message_of("s", "long", line="Drift in churn: now age too", telling=Telling.UPDATED)
    assert plain_text(message) == "Drift in churn: now age too"
    assert plain_text(message_of("Resolved", "long", telling=Telling.RESOLVED)) == "Resolved"


WORDS = st.lists(st.text("abc.,:•é▁▇0123456789", min_size=1, max_size=20), min_size=1, max_size=40).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from(["*{}*", "• {}", "{}", "`{}`", "{} `one two`", ""]), WORDS)))
def test_nothing_is_lost_and_no_line_is_too_long(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(form.format(words) for form, words in lines)
    said = text_of(text)
    for line in said.splitlines():
        assert len(line) <= WIDTH or line.startswith("    ") or '"' in line or "`" in text
    bare = str.maketrans("", "", '*`"• \n')
    assert said.translate(bare) == text.translate(bare)
