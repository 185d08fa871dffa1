"""Every logged text fits the tracking store, whatever characters it contains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.adapters.mlflow_texts import taken, taken_values

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@given(text=ANY_TEXT, limit=st.integers(1, 50))
def test_any_text_is_made_short_enough_and_storable(text: str, limit: int) -> None:
    stored = taken(text, limit)
    assert len(stored) <= limit
    assert "\0" not in stored
    stored.encode()
    assert taken(stored, limit) == stored


@pytest.mark.parametrize(
    ("text", "stored"), [("short", "short"), ("exactly-10", "exactly-10"), ("eleven-long", "eleven-lo…")]
)
def test_only_a_text_that_is_too_long_is_cut_and_ends_with_an_ellipsis(text: str, stored: str) -> None:
    assert taken_values({"a": text}, 10) == {"a": stored}
