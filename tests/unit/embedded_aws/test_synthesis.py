"""The last words of the CDK app decide which error a failed synthesis raises."""

import sys
from pathlib import Path

import pytest

from embedded_aws.demo.synthesis import SettingsRefused, Synthesis, SynthesisFailed


def app_that_says(said: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Synthesis:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\ncat <<'SAID'\n{said}\nSAID\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return Synthesis(folder / "out", stage="dev")


def test_a_stage_that_the_settings_do_not_define_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "a banner\ncourtside: stage 'x' does not exist; choose one of dev, prod\nor add it"
    with pytest.raises(SettingsRefused, match=r"^stage 'x' does not exist; choose one of dev, prod\nor add it$"):
        app_that_says(said, tmp_path, monkeypatch).finish()


def test_any_other_failure_shows_the_last_words_of_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SynthesisFailed, match="KeyError"):
        app_that_says("Traceback\nKeyError: 'x'", tmp_path, monkeypatch).finish()
