"""Plain pages, until they are drawn."""

from html import escape

from courtside.contracts import dashboard_keys
from courtside.core.dashboard.views import ModelView, StageView


def render_model(view: ModelView) -> str:
    """Return the page of a model."""
    said = view.summary
    return _page(f"{said.model}, {said.health.value}", [said.why, said.last_check, *said.changed])


def render_stage(view: StageView) -> str:
    """Return the page of all models."""
    lines = [f"{each.model}, {each.health.value}: {each.why} {each.page_key}" for each in view.models]
    return _page(f"{view.stage}, {dashboard_keys.OVERVIEW_PAGE}", lines)


def _page(title: str, lines: list[str]) -> str:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<!doctype html><html lang=en><title>{escape(title)}</title><h1>{escape(title)}</h1>{paragraphs}</html>"
