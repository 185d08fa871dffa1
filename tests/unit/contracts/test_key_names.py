"""A name that becomes part of a key cannot lead elsewhere, and a refused name is quoted in the error."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts import drift_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.key_names import LONGEST, NameUnusable, key_name

DAY = date(2024, 3, 1)
KEYS: list[Callable[[str], str]] = [
    lake_keys.tables,
    partial(training_keys.training_manifest, "nba_games"),
    training_keys.legacy_staged,
    partial(training_keys.training_spool, "nba_games"),
    partial(training_keys.training_card, "nba_games"),
    partial(training_keys.training_card_page, "nba_games"),
    partial(training_keys.training_card_text, "nba_games"),
    partial(training_keys.training_smoke, "nba_games"),
    partial(training_keys.training_record, "nba_games"),
    partial(training_keys.training_profile, "nba_games"),
    partial(training_keys.training_holdout, "nba_games"),
    partial(training_keys.training_verdict, "nba_games"),
    partial(drift_keys.drift_report, "nba_games", DAY),
    partial(drift_keys.drift_page, "nba_games", DAY),
    partial(drift_keys.drift_rows, "nba_games", DAY),
    partial(lake_keys.decision, "nba_games", DAY),
    ledger_keys.approval,
    ledger_keys.of_model,
    training_keys.trainings,
    lake_keys.decisions,
]
REFUSED = [
    "",
    ".",
    "..",
    "../../evil",
    "my/table",
    "a\\b",
    "with space",
    "ünïcode",
    "a.b",
    "a\n",
    "a\0",
    "%2e",
    "a" * 65,
]


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    for key in KEYS:
        with pytest.raises(NameUnusable, match="letters"):
            key(name)


@pytest.mark.parametrize("name", ["churn.yaml", "contracts/churn.yml"])
def test_who_names_a_file_is_told_where_the_name_stands(name: str) -> None:
    with pytest.raises(NameUnusable, match="give the `name` that the contract in this file says"):
        key_name(name, "the name of a model")


@given(st.text(max_size=80))
def test_only_plain_short_names_are_accepted(name: str) -> None:
    plain = name.isascii() and name.replace("_", "a").replace("-", "a").isalnum() and len(name) <= LONGEST
    if plain:
        assert key_name(name, "a name") == name
        return
    with pytest.raises(NameUnusable) as refused:
        key_name(name, "a name")
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("name", ["churn", "nba_games", "drift-v3-2024-01-01-2024-01-31-calibrated", "0", "a" * 64])
def test_ordinary_names_are_used_unchanged(name: str) -> None:
    for key in KEYS:
        assert name in key(name)
