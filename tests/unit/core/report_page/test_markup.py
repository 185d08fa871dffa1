"""Elements of the page are rendered as escaped HTML."""

from courtside.core.report_page.markup import element


def test_everything_except_markup_is_escaped() -> None:
    assert element("p", "<", element("b", "&"), None, title='"', hidden=True, lang=None) == (
        '<p title="&quot;" hidden>&lt;<b>&amp;</b></p>'
    )
