"""The whole page of a model."""

from courtside.contracts.dashboard_keys import model_page, year_page
from courtside.core.dashboard.model_page.axis import TimeAxis, axis_labels
from courtside.core.dashboard.model_page.beside import beside_section
from courtside.core.dashboard.model_page.calibration import trust_section
from courtside.core.dashboard.model_page.decisions import decisions_section
from courtside.core.dashboard.model_page.drift import drift_group, folded_features, legend
from courtside.core.dashboard.model_page.heat_map import columns
from courtside.core.dashboard.model_page.history import champions_section, open_section, over_section
from courtside.core.dashboard.model_page.lanes import champion_lane, incident_lane
from courtside.core.dashboard.model_page.next_steps import next_steps
from courtside.core.dashboard.model_page.panel import Frame, group
from courtside.core.dashboard.model_page.performance import figures_table, performance_groups, performance_legend
from courtside.core.dashboard.model_page.top import banner, year_of, years
from courtside.core.dashboard.pairs import pairs_section
from courtside.core.dashboard.views import ModelView
from courtside.core.pages.document import document, style_of
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section
from courtside.core.pages.place import Place


def render(view: ModelView) -> str:
    """Return the page as one HTML document that needs no network and runs no script.

    The same view gives the same bytes.
    """
    year = year_of(view)
    name = view.summary.model
    key, here = (year_page(name, year), str(year)) if year else (model_page(name), None)
    place = Place(page=key, model=name, here=here, replay=view.replay is not None)
    return document(
        f"{view.summary.model}: Courtside, stage {view.stage}",
        banner(view),
        open_section(view),
        next_steps(view) if year is None and view.replay is None else None,
        _over_time(view),
        decisions_section(view),
        beside_section(view),
        pairs_section(view.compared, page=key),
        trust_section(view),
        champions_section(view),
        over_section(view),
        own_style=style_of(__package__),
        place=place,
    )


def _over_time(view: ModelView) -> Markup | None:
    """Return all that has a time, on one axis; None before anything happened."""
    if not (view.champions or view.checks or view.performance):
        return None
    axis = TimeAxis(view.start, view.end)
    frame = Frame(
        axis, tuple(each.since.date() for each in view.champions if view.start < each.since.date() < view.end)
    )
    lanes = [lane for lane in (champion_lane(view, frame), incident_lane(view, frame)) if lane is not None]
    found = columns(view.checks, view.start, view.end)
    drift = drift_group(view, found, frame)
    return section(
        "time",
        "Over time",
        years(view),
        element(
            "div",
            axis_labels(axis),
            group(*lanes, hits=None, hint="Point at a bar to read what it stands for."),
            *performance_groups(view, frame),
            performance_legend(view) if view.performance else None,
            drift,
            axis_labels(axis) if drift else None,
            class_="over-time",
        ),
        legend() if drift else None,
        folded_features(view, found, frame),
        figures_table(view),
    )
