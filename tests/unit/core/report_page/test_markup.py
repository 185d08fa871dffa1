"""Elements of the page."""

from courtside.core.report_page.markup import element


def test_elements_escape_what_is_not_markup() -> None:
    assert element("p", "<", element("b", "&"), None, title='"', hidden=True, lang=None) == (
        '<p title="&quot;" hidden>&lt;<b>&amp;</b></p>'
    )
