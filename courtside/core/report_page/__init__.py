"""The drift report as one self-contained HTML page.

Plain functions write it, not a template engine: the page is made in the drift check's function, whose image stays
small, and `markup.element` escapes whatever is not markup already, so there is no filter to forget.
"""

from courtside.core.report_page.page import render_page

__all__ = ["render_page"]
