"""The whole page of a model."""

from courtside.core.dashboard.views import ModelView
from courtside.core.pages.document import document
from courtside.core.pages.markup import element


def render(view: ModelView) -> str:
    """Return the page as one HTML document that needs no network and runs no script."""
    return document(
        f"{view.summary.model}: {view.stage}",
        element("header", element("h1", view.summary.model), element("p", view.summary.why, class_="lead")),
    )
