"""Where the pages that people look at lie in the lake: plain files that link each other by relative addresses.

As in `lake_keys`, a name that could lead out of its prefix raises `NameUnusable`.
"""

from courtside.contracts import drift_keys, training_keys
from courtside.contracts.key_names import key_name

DASHBOARD_PREFIX = "dashboard/"
OVERVIEW_PAGE = f"{DASHBOARD_PREFIX}index.html"
"""Key of the page of all models, from which all others are reached."""
MONTH_COSTS = f"{DASHBOARD_PREFIX}month_costs.json"
"""Key of what a month of the stage costs by list prices, as data that pages show; no page links it."""

COMPARISONS = f"{DASHBOARD_PREFIX}comparisons.json"
"""Key of how the models of the same target do beside each other, as data that pages show; no page links it."""


def pages(model: str) -> str:
    """Prefix of the pages of one model; permissions are granted on those of all models (``*``)."""
    return f"{DASHBOARD_PREFIX}models/{model if model == '*' else key_name(model, 'the name of a model')}/"


def model_page(model: str) -> str:
    """Key of a model's page about its newest year."""
    return f"{pages(model)}index.html"


def year_page(model: str, year: int) -> str:
    """Key of a model's page about one calendar year."""
    return f"{pages(model)}{year:04d}.html"


def summary(model: str) -> str:
    """Key of what the page of all models says of one, as data: written with the model's page, read with the other."""
    return f"{pages(model)}summary.json"


def replay(model: str) -> str:
    """Key of what the replay was that a model's records come from; a stage's models have none."""
    return f"{pages(model)}replay.json"


def notes(model: str) -> str:
    """Prefix of what building a model's pages remembers, so that it reads only what is new; no page links it."""
    return f"{pages(model)}notes/"


def month_note(model: str, year: int, month: int) -> str:
    """Key of what a month of a model's archives says, as its pages show it."""
    return f"{notes(model)}{year:04d}-{month:02d}.json"


def calibration_note(model: str) -> str:
    """Key of how a champion's predictions met their labels, as of its newest statements."""
    return f"{notes(model)}calibration.json"


def years_note(model: str) -> str:
    """Key of what the pages of past years were made from."""
    return f"{notes(model)}years.json"


def is_page(key: str) -> bool:
    """Tell whether a key is that of a page for people: of the dashboard, of a drift report, or a model card."""
    if not key.endswith(".html"):
        return False
    return (
        key.startswith(DASHBOARD_PREFIX) or drift_keys.is_drift_report(key) or training_keys.is_training_card_page(key)
    )


def from_page(page: str, key: str) -> str:
    """Return the relative address of one object on a page that is another.

    >>> from_page("dashboard/models/churn/index.html", "models/churn/drift/dt=2026-01-01/a.html")
    '../../../models/churn/drift/dt=2026-01-01/a.html'
    """
    return "../" * page.count("/") + key
