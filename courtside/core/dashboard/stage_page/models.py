"""Every model in one line, in groups by health, the worst first."""

from collections.abc import Sequence

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, from_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import HEALTH, NEED_A_PERSON, signed
from courtside.core.dashboard.incident_words import LONGEST
from courtside.core.dashboard.metric_words import metric_title
from courtside.core.dashboard.stage_page.incidents import linked_model
from courtside.core.dashboard.stage_page.sparkline import sparkline
from courtside.core.dashboard.views import Health, StageView, Summary
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import section
from courtside.core.pages.wording import DASH, counted, day, moment, number

MOST_IN_FULL = 50
"""Models of one group shown at once; further ones are folded away in groups of as many."""
COLUMNS = ("Model", "Realised performance", "Champion", "Newest check", "Next check")


def every_model(view: StageView) -> Markup:
    """Return all models: those that need a person and small groups in one table, each large group folded in parts."""
    ordered = by_urgency(view.models)
    groups = {health: [each for each in ordered if each.health is health] for health in Health}
    large = {health for health, models in groups.items() if len(models) > MOST_IN_FULL and health not in NEED_A_PERSON}
    bodies = [_body(health, models, view) for health, models in groups.items() if models and health not in large]
    return section(
        "models",
        "Every model",
        _table("Models by health", *bodies) if bodies else None,
        *(_folded(health, groups[health], view) for health in Health if health in large),
    )


def by_urgency(models: Sequence[Summary]) -> list[Summary]:
    """Sort models by health, the worst first, then by how many incidents are open, then by name."""
    order = list(Health)
    return sorted(models, key=lambda each: (order.index(each.health), -each.open_incidents, each.model))


def _folded(health: Health, models: Sequence[Summary], view: StageView) -> Markup:
    """Return a large group by name, in parts that open one by one (print opens all)."""
    models = sorted(models, key=lambda each: each.model)
    parts = [models[at : at + MOST_IN_FULL] for at in range(0, len(models), MOST_IN_FULL)]
    return joined(
        element("h3", *_heading(health, len(models)), id=health.name.lower(), class_=f"verdict {HEALTH[health].kind}"),
        *(_part(health, part, view) for part in parts),
    )


def _part(health: Health, models: Sequence[Summary], view: StageView) -> Markup:
    first, last = (element("bdi", shortened(each.model, 40)) for each in (models[0], models[-1]))
    summary = element("summary", first, " to ", last, f" ({len(models)})")
    rows = element("tbody", *(_row(each, view) for each in models))
    return element("details", summary, _table(f"{HEALTH[health].title}: a part of the models", rows))


def _table(caption: str, *bodies: Markup) -> Markup:
    head = element("tr", *(element("th", column, scope="col") for column in COLUMNS))
    said = element("caption", caption, class_="unseen")
    return element("table", said, element("thead", head), *bodies, class_="models")


def _body(health: Health, models: Sequence[Summary], view: StageView) -> Markup:
    key = health.name.lower()
    words = element("th", *_heading(health, len(models)), scope="rowgroup", colspan=len(COLUMNS), id=key)
    group = element("tr", words, class_=f"group verdict {HEALTH[health].kind}")
    return element("tbody", group, *(_row(each, view) for each in models))


def _heading(health: Health, count: int) -> tuple[str, ...]:
    look = HEALTH[health]
    return signed(look.sign), " ", f"{look.title}: {count:,} {'model' if count == 1 else 'models'}"


def _row(model: Summary, view: StageView) -> Markup:
    incidents = f"{model.open_incidents} open {'incident' if model.open_incidents == 1 else 'incidents'}"
    return element(
        "tr",
        element(
            "th",
            linked_model(model.model, model.page_key),
            element("span", incidents, class_="badge usual") if model.open_incidents else None,
            element("p", prose(shortened(model.why, LONGEST)), class_="reason"),
            scope="row",
        ),
        element("td", _performance(model), class_="performance"),
        element("td", _label(COLUMNS[2]), _champion(model)),
        element("td", _label(COLUMNS[3]), _check(model, view)),
        element("td", _label(COLUMNS[4]), _next(model, view)),
    )


def _label(column: str) -> Markup:
    """Return a column's heading for narrow screens, where the table's own is not shown."""
    return element("span", f"{column}: ", class_="column", aria_hidden="true")


def _performance(model: Summary) -> Markup:
    known = [value for value in model.recent if value is not None]
    if not known:
        return joined(_label(COLUMNS[1]), element("span", "no labels yet", class_="reason"))
    newest = joined(metric_title(model.task, model.metric), " ", element("strong", number(known[-1])))
    promised = None if model.promise is None else f"promised {number(model.promise)}"
    return joined(sparkline(model), element("div", newest, _second(promised), _second(_unsure(model)), class_="figure"))


def _unsure(model: Summary) -> str | None:
    """Say how many of the windows that are shown have too few rows for an interval; None where none has."""
    shown = [unsure for unsure, value in zip(model.unsure, model.recent, strict=False) if value is not None]
    count = sum(shown)
    if not count:
        return None
    newest = ", the newest among them," if shown[-1] and count > 1 else ""
    which = "the newest window" if shown[-1] and count == 1 else f"{count} of {counted(len(shown), 'window')}{newest}"
    return f"○ {which} {'has' if count == 1 else 'have'} too few rows for an interval"


def _champion(model: Summary) -> Markup:
    if model.champion is None:
        return element("span", "none yet", class_="reason")
    since = f"since {day(model.champion_since)}" if model.champion_since else None
    return joined(f"version {shortened(model.champion, 40)}", _second(since))


def _check(model: Summary, view: StageView) -> Markup:
    if model.last_check_at is None:
        return element("span", "none yet", class_="reason")
    said = shortened(model.last_check, LONGEST)
    found = element("a", said, href=from_page(OVERVIEW_PAGE, model.report_key)) if model.report_key else said
    return joined(found, _second(moment(model.last_check_at, view.at)))


def _next(model: Summary, view: StageView) -> Markup:
    due = moment(model.next_due, view.at) if model.next_due else DASH
    return element("span", "paused" if model.health is Health.PAUSED else due)


def _second(said: str | None) -> Markup | None:
    return element("span", said, class_="second") if said else None
