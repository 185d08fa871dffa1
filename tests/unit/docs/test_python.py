"""The session on the page about Python, typed into an interpreter from its first line to its last."""

import doctest
from pathlib import Path

import pytest

from tests.unit.docs.pages import blocks


def test_the_session_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "\n".join(block.text for block in blocks() if block.page == "docs/python.md" and block.language == "python")
    session = doctest.DocTestParser().get_doctest(text, {}, "docs/python.md", None, None)
    told: list[str] = []
    ran = doctest.DocTestRunner(verbose=False).run(session, out=told.append)
    assert not ran.failed, "".join(told)
    assert ran.attempted > 20
