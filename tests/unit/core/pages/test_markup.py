"""Elements of the page are rendered as escaped HTML."""

import re
import unicodedata
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.pages.markup import element
from courtside.core.pages.plot import path, place

TURNED = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
FORBIDDEN = ["\ufffe", "\uffff", "\ud800"] + [
    chr(point) for point in (*range(0x20), *range(0x7F, 0xA0)) if chr(point) not in "\t\n"
]
TURNING = [each for each in map(chr, range(0x2000, 0x2070)) if unicodedata.bidirectional(each) in TURNED]


def test_everything_except_markup_is_escaped() -> None:
    assert element("p", "<", element("b", "&"), None, title='"', hidden=True, lang=None) == (
        '<p title="&quot;" hidden>&lt;<b>&amp;</b></p>'
    )


@pytest.mark.parametrize("sign", "&<>\"'")
def test_one_sign_of_markup_in_plain_text_is_escaped(sign: str) -> None:
    assert element("p", f"a{sign}b", title=f"a{sign}b") == (
        f'<p title="a{escape(sign)}b">a{escape(sign, quote=False)}b</p>'
    )


@pytest.mark.parametrize("sign", [*FORBIDDEN, *TURNING])
def test_what_html_forbids_or_what_turns_text_around_becomes_visible(sign: str) -> None:
    assert element("p", f"a{sign}b", title=f"a{sign}b") == '<p title="a\ufffdb">a\ufffdb</p>'


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn"))))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    found = re.fullmatch(r'<p title="([^"<>]*)">([^<>]*)</p>', element("p", text, title=text))
    assert found is not None
    assert [unescape(each) for each in found.groups()] == [text, text]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1))
def test_a_path_has_its_points_as_every_other_shape_has_its_place(points: list[tuple[float, float]]) -> None:
    steps = " ".join(f"{place(x)} {place(y)}" for x, y in points)
    assert path(points, class_="line", closed=True) == f'<path d="M{steps}Z" class="line"/>'
