"""The drift report as one self-contained HTML page.

Plain functions write it rather than a template engine: the drift check's function makes the page, so its image stays
small, and `pages.markup.element` escapes whatever is not markup already, so there is no filter to forget.
"""

from courtside.core.report_page.decided import PageDecision
from courtside.core.report_page.excerpt import render_excerpt
from courtside.core.report_page.page import render_page

__all__ = ["PageDecision", "render_excerpt", "render_page"]
