from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.shortening import listed, quoted, shortened


@given(st.text(), st.integers(1, 80))
def test_a_shown_text_is_one_printable_line_of_bounded_length(text: str, most: int) -> None:
    shown = shortened(text, most)
    assert len(shown) <= most
    assert shown.isprintable()
    if len(text) <= most and text.isprintable():
        assert shown == text


@given(st.text(min_size=1), st.integers(3, 80))
def test_a_cut_text_keeps_its_ends(text: str, most: int) -> None:
    long = text * (most + 1)
    shown = shortened(long, most)
    assert len(shown) == most
    if text.isprintable():
        assert (shown[0], shown[-1]) == (long[0], long[-1])


@given(st.text())
def test_a_quoted_value_cannot_leave_its_quotes_or_its_line(text: str) -> None:
    shown = quoted(text, 20)
    assert shown.isprintable()
    assert shown[0] == shown[-1]
    assert len(shown) <= 20 * len("\\U0001f600") + 2


@given(st.lists(st.text(), max_size=50), st.integers(1, 10))
def test_a_list_names_a_few_and_counts_the_rest(texts: list[str], most: int) -> None:
    shown = listed(texts, most)
    assert len(shown) <= most * 82 + 20
    assert shown.endswith("more") or len(texts) <= most
