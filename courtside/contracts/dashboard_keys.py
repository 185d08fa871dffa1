"""Where the pages that people look at lie in the lake: plain files that link each other by relative addresses.

As in `lake_keys`, a name that could lead out of its prefix raises `NameUnusable`.
"""

from courtside.contracts.key_names import key_name

DASHBOARD_PREFIX = "dashboard/"
OVERVIEW_PAGE = f"{DASHBOARD_PREFIX}index.html"
"""Key of the page of all models, from which all others are reached."""


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


def from_page(page: str, key: str) -> str:
    """Return the relative address of one object on a page that is another.

    >>> from_page("dashboard/models/churn/index.html", "models/churn/drift/dt=2026-01-01/a.html")
    '../../../models/churn/drift/dt=2026-01-01/a.html'
    """
    return "../" * page.count("/") + key
